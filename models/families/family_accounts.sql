with

requests as (

    select
        account_id,
        prompt_key,
        message_count,
        output_tokens,
        requested_at
    from {{ ref('requests') }}
    where prompt_key is not null

),

family_prompts as (

    select * from {{ ref('family_prompts') }}

),

final as (

    select
        family_prompts.family_id,
        requests.account_id,
        count(*) as requests,
        count(distinct requests.prompt_key) as prompts,
        sum(case when requests.message_count <= 1 then 1 else 0 end)
            as single_turn_requests,
        sum(coalesce(requests.output_tokens, 0)) as output_tokens,
        min(requests.requested_at) as first_seen_at,
        max(requests.requested_at) as last_seen_at
    from family_prompts
    inner join requests using (prompt_key)
    group by family_prompts.family_id, requests.account_id

)

select * from final
