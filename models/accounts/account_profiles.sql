with

requests as (

    select * from {{ ref('requests') }}

),

session_counts as (

    select
        account_id,
        count(distinct session_id) as sessions
    from {{ ref('request_sessions') }}
    group by account_id

),

totals as (

    select
        requests.account_id,
        count(*) as requests,
        count(requests.prompt_key) as text_requests,
        count(distinct requests.prompt_key) as prompts,
        count(distinct requests.requested_date) as active_days,
        count(distinct extract(hour from requests.requested_at)) as active_hours,
        count(distinct date_trunc('hour', requests.requested_at)) as active_slots,
        count(distinct requests.client_device_id) as devices,
        count(distinct requests.client_ip) as ips,
        count(distinct requests.client_country) as countries,
        count(distinct requests.user_agent) as user_agents,
        count(distinct requests.model) as models,
        count(requests.client_device_id) as device_requests,
        count(requests.client_ip) as ip_requests,
        sum(case when requests.message_count > 1 then 1 else 0 end)
            as follow_up_requests,
        sum(case when requests.tool_count > 0 then 1 else 0 end) as tool_requests,
        sum(case when requests.status_code = 429 then 1 else 0 end)
            as rate_limited_requests,
        sum(coalesce(requests.input_tokens, 0)) as input_tokens,
        sum(coalesce(requests.cached_input_tokens, 0)) as cached_input_tokens,
        sum(coalesce(requests.output_tokens, 0)) as output_tokens,
        sum(coalesce(requests.reasoning_tokens, 0)) as reasoning_tokens,
        sum(coalesce(requests.sample_weight, 1)) as weighted_requests,
        count(requests.reasoning_tokens) as reasoning_reported_requests,
        min(requests.requested_at) as first_seen_at,
        max(requests.requested_at) as last_seen_at
    from requests
    group by requests.account_id

),

population as (

    select count(*) as accounts
    from totals

),

known_accounts as (

    select * from {{ ref('known_accounts') }}

),

final as (

    select
        totals.*,
        session_counts.sessions,
        known_accounts.created_at,
        known_accounts.access_pathway,
        known_accounts.payment_fingerprint,
        known_accounts.signup_ip,
        known_accounts.organization_id,
        population.accounts as population_accounts
    from totals
    cross join population
    inner join session_counts using (account_id)
    left join known_accounts using (account_id)

)

select * from final
