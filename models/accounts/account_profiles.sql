with

requests as (

    select * from {{ ref('requests') }}

),

session_counts as (

    select
        account_id,
        cast(sum(cast(is_session_start as bigint)) as bigint) as sessions
    from {{ ref('request_sessions') }}
    group by account_id

),

-- The hours of a day as bits: a number in place of a set.
days as (

    select
        account_id,
        requested_date,
        bit_or(1 << cast(extract(hour from requested_at) as int)) as active_hours
    from requests
    group by account_id, requested_date

),

activity as (

    select
        account_id,
        count(*) as active_days,
        cast(bit_count(bit_or(active_hours)) as bigint) as active_hours,
        cast(sum(bit_count(active_hours)) as bigint) as active_slots
    from days
    group by account_id

),

totals as (

    select
        requests.account_id,
        count(*) as requests,
        count(requests.prompt_key) as text_requests,
        count(distinct requests.prompt_key) as prompts,
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
        activity.active_days,
        activity.active_hours,
        activity.active_slots,
        session_counts.sessions,
        known_accounts.created_at,
        known_accounts.access_pathway,
        known_accounts.payment_fingerprint,
        known_accounts.signup_ip,
        known_accounts.organization_id,
        population.accounts as population_accounts
    from totals
    cross join population
    inner join activity using (account_id)
    inner join session_counts using (account_id)
    left join known_accounts using (account_id)

)

select * from final
