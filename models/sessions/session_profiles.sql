with

requests as (

    select * from {{ ref('requests') }}

),

request_sessions as (

    select * from {{ ref('request_sessions') }}

),

request_purposes as (

    select * from {{ ref('request_purposes') }}

),

request_work as (

    select
        request_id,
        work_probability,
        is_extraction_like
    from {{ ref('request_work') }}

),

described as (

    select
        request_sessions.session_id,
        requests.account_id,
        requests.client_session_id,
        requests.requested_at,
        requests.model,
        requests.prompt_key,
        requests.input_tokens,
        requests.output_tokens,
        requests.reasoning_tokens,
        coalesce(request_purposes.capability, 'unseen') as capability,
        coalesce(request_work.work_probability, 0) as work_probability,
        coalesce(cast(request_work.is_extraction_like as bigint), 0)
            as extraction_like_requests
    from requests
    inner join request_sessions using (request_id)
    left join request_purposes using (request_id)
    left join request_work using (request_id)

),

totals as (

    select
        session_id,
        account_id,
        client_session_id,
        min(model) as model,
        min(capability) as capability,
        min(requested_at) as started_at,
        max(requested_at) as ended_at,
        count(*) as requests,
        count(prompt_key) as text_requests,
        sum(work_probability) as work_requests,
        sum(extraction_like_requests) as extraction_like_requests,
        sum(coalesce(input_tokens, 0)) as input_tokens,
        sum(coalesce(output_tokens, 0)) as output_tokens,
        sum(coalesce(reasoning_tokens, 0)) as reasoning_tokens
    from described
    group by session_id, account_id, client_session_id

),

-- Most sessions are of one request; lists are made for the others only, from tables of
-- their own, as whatever is read twice here would be kept whole.
longer_sessions as (

    select distinct session_id
    from {{ ref('request_sessions') }}
    where not is_session_start

),

longer_session_counts as (

    select
        request_sessions.session_id,
        requests.model,
        coalesce(request_purposes.capability, 'unseen') as capability,
        count(*) as requests
    from {{ ref('request_sessions') }} as request_sessions
    inner join longer_sessions using (session_id)
    inner join {{ ref('requests') }} as requests using (request_id)
    left join {{ ref('request_purposes') }} as request_purposes using (request_id)
    group by
        request_sessions.session_id,
        requests.model,
        coalesce(request_purposes.capability, 'unseen')

),

capability_counts as (

    select
        session_id,
        capability,
        sum(requests) as requests,
        sum(sum(requests)) over (partition by session_id) as session_requests
    from longer_session_counts
    group by session_id, capability

),

capability_mixes as (

    select
        session_id,
        {{ joined(
            "replace(capability, '_', ' ') || ' '"
            ~ " || cast(cast(round(100 * requests / session_requests, 0) as bigint) as string) || '%'",
            ', ',
            'requests desc, capability',
        ) }} as capability_mix
    from capability_counts
    group by session_id

),

model_names as (

    select distinct
        session_id,
        model
    from longer_session_counts

),

model_lists as (

    select
        session_id,
        {{ joined('model', ', ', 'model') }} as models
    from model_names
    group by session_id

),

final as (

    select
        totals.session_id,
        totals.account_id,
        totals.client_session_id,
        totals.started_at,
        totals.ended_at,
        totals.requests,
        totals.text_requests,
        totals.work_requests,
        totals.extraction_like_requests,
        totals.input_tokens,
        totals.output_tokens,
        totals.reasoning_tokens,
        coalesce(model_lists.models, totals.model) as models,
        coalesce(
            capability_mixes.capability_mix,
            replace(totals.capability, '_', ' ') || ' 100%'
        ) as capability_mix
    from totals
    left join model_lists using (session_id)
    left join capability_mixes using (session_id)

)

select * from final
