with

requests as (

    select
        request_id,
        account_id,
        -- What is asked: the prompt, or, where the log keeps none, its size.
        coalesce(
            cast(prompt_key as string),
            model || ' ' || cast(nullif(input_tokens, 0) as string)
        ) as content_key,
        coalesce(status_code, 200) = 429 as is_refused,
        requested_at
    from {{ ref('requests') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

member_requests as (

    select
        cluster_assignments.cluster_id,
        requests.*
    from requests
    inner join cluster_assignments using (account_id)
    where requests.content_key is not null

),

in_order as (

    select
        *,
        lag(account_id) over same_content as previous_account_id,
        lag(is_refused) over same_content as previous_is_refused,
        lag(requested_at) over same_content as previous_at,
        lead(account_id) over same_content as next_account_id,
        lead(is_refused) over same_content as next_is_refused,
        lead(requested_at) over same_content as next_at
    from member_requests
    window
        same_content as (
            partition by cluster_id, content_key
            order by requested_at, request_id
        )

),

-- Chance meets the same content after a refusal as often as before it.
refusals as (

    select
        cluster_id,
        requested_at,
        case
            when
                next_account_id <> account_id
                and not next_is_refused
                and {{ seconds_between('requested_at', 'next_at') }}
                <= 60 * {{ var('rate_limit_handover_minutes_max') }}
                then 1
            else 0
        end as came_after,
        case
            when
                previous_account_id <> account_id
                and not previous_is_refused
                and {{ seconds_between('previous_at', 'requested_at') }}
                <= 60 * {{ var('rate_limit_handover_minutes_max') }}
                then 1
            else 0
        end as came_before
    from in_order
    where is_refused

),

cluster_refusals as (

    select
        cluster_id,
        count(*) as refused,
        sum(came_after) as came_after,
        sum(came_before) as came_before,
        min(requested_at) as first_refused_at,
        max(requested_at) as last_refused_at
    from refusals
    group by cluster_id

),

findings as (

    select
        'cluster' as entity_type,
        cluster_id as entity_id,
        ln((came_after + 1) / (came_before + 1)) as value,
        came_before as baseline,
        'Of ' || cast(refused as string) || ' requests over the rate limit '
        || cast(came_after as string)
        || ' came again from another of its accounts, '
        || cast(came_before as string) || ' had just come from another'
            as sentence,
        first_refused_at as observed_from,
        last_refused_at as observed_to
    from cluster_refusals
    where came_after >= {{ var('handovers_min') }} and came_after > came_before

),

final as (

    {{ evidence_rows('findings', 'rate_limit_handover') }}

)

select * from final
