with

requests as (

    select
        request_id,
        account_id,
        prompt_key,
        message_count,
        output_tokens,
        requested_at
    from {{ ref('requests') }}
    where prompt_key is not null

),

request_families as (

    select * from {{ ref('request_families') }}

),

final as (

    select
        request_families.family_id,
        requests.account_id,
        count(*) as requests,
        count(distinct requests.prompt_key) as prompts,
        sum(case when requests.message_count <= 1 then 1 else 0 end)
            as single_turn_requests,
        sum(coalesce(requests.output_tokens, 0)) as output_tokens,
        min(requests.requested_at) as first_seen_at,
        max(requests.requested_at) as last_seen_at
    from request_families
    inner join requests using (request_id)
    group by request_families.family_id, requests.account_id

)

select * from final
