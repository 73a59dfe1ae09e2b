with

requests as (

    select * from {{ ref('requests') }}

),

request_purposes as (

    select * from {{ ref('request_purposes') }}

),

described as (

    select
        requests.requested_date as activity_date,
        coalesce(request_purposes.capability, 'unseen') as capability,
        requests.account_id,
        requests.output_tokens,
        requests.reasoning_tokens
    from requests
    left join request_purposes using (request_id)

),

final as (

    select
        activity_date,
        capability,
        cast(count(*) as bigint) as requests,
        cast(count(distinct account_id) as bigint) as accounts,
        cast(sum(coalesce(output_tokens, 0)) as bigint) as output_tokens,
        cast(sum(coalesce(reasoning_tokens, 0)) as bigint) as reasoning_tokens
    from described
    group by activity_date, capability

)

select * from final
