with

requests as (

    select * from {{ ref('requests') }}

),

session_days as (

    select
        account_id,
        requested_date as activity_date,
        count(distinct session_id) as sessions
    from {{ ref('request_sessions') }}
    group by account_id, requested_date

),

request_work as (

    select * from {{ ref('request_work') }}

),

totals as (

    select
        requests.account_id,
        requests.requested_date as activity_date,
        count(*) as requests,
        sum(cast(requests.is_served as bigint)) as served_requests,
        count(requests.prompt_key) as text_requests,
        count(distinct requests.prompt_key) as prompts,
        sum(coalesce(cast(request_work.is_extraction_like as bigint), 0))
            as extraction_like_requests,
        sum(coalesce(requests.input_tokens, 0)) as input_tokens,
        sum(coalesce(requests.output_tokens, 0)) as output_tokens,
        sum(coalesce(requests.reasoning_tokens, 0)) as reasoning_tokens,
        sum(coalesce(requests.sample_weight, 1)) as weighted_requests
    from requests
    left join request_work using (request_id)
    group by requests.account_id, requests.requested_date

),

final as (

    select
        totals.*,
        session_days.sessions
    from totals
    inner join session_days using (account_id, activity_date)

)

select
    account_id,
    activity_date,
    cast(requests as bigint) as requests,
    cast(served_requests as bigint) as served_requests,
    cast(text_requests as bigint) as text_requests,
    cast(prompts as bigint) as prompts,
    cast(extraction_like_requests as bigint) as extraction_like_requests,
    cast(sessions as bigint) as sessions,
    cast(input_tokens as bigint) as input_tokens,
    cast(output_tokens as bigint) as output_tokens,
    cast(reasoning_tokens as bigint) as reasoning_tokens,
    cast(weighted_requests as double) as weighted_requests
from final
