with

accepted_requests as (

    select * from {{ ref('accepted_requests') }}

),

final as (

    select
        requested_date as quality_date,
        count(*) as accepted_rows,
        count(distinct account_id) as accounts,
        min(requested_at) as begins_at,
        max(requested_at) as ends_at,
        count(distinct extract(hour from requested_at)) as hours_with_requests,
        count(prompt_key) / count(*) as text_share,
        count(client_device_id) / count(*) as device_share,
        count(client_session_id) / count(*) as session_share,
        count(client_ip) / count(*) as network_share,
        count(user_agent) / count(*) as user_agent_share,
        count(output_tokens) / count(*) as output_tokens_share,
        count(reasoning_tokens) / count(*) as reasoning_tokens_share,
        avg(case when sample_weight > 1 then 1 else 0 end) as sampled_share,
        avg(coalesce(sample_weight, 1)) as mean_sample_weight
    from accepted_requests
    group by requested_date

)

select * from final
