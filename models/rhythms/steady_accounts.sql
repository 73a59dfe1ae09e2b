-- Accounts that work like a machine: day after day, spread over the hours. People come
-- and go in bursts; products, batch jobs and the heads of a pool do not.
with

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

log_span as (

    select * from {{ ref('log_span') }}

),

measured as (

    select
        account_profiles.account_id,
        account_profiles.requests,
        account_profiles.first_seen_at,
        account_profiles.last_seen_at,
        account_profiles.active_slots,
        account_profiles.active_days / (
            {{ seconds_between(
                "date_trunc('day', account_profiles.first_seen_at)",
                "date_trunc('day', account_profiles.last_seen_at)"
            ) }} / 86400 + 1
        ) as day_share,
        {{ seconds_between(
            'account_profiles.first_seen_at', 'account_profiles.last_seen_at'
        ) }} / 3600 as life_hours,
        {{ seconds_between(
            'log_span.begin_at', 'account_profiles.first_seen_at'
        ) }} / 3600 as hours_into_log
    from account_profiles
    cross join log_span

),

-- Hours in which requests spread evenly over its life would have been active.
compared as (

    select
        *,
        active_slots / (life_hours * (1 - exp(-requests / life_hours))) as slot_share
    from measured
    where life_hours >= {{ var('steady_life_hours_min') }}

),

final as (

    select
        account_id,
        requests,
        first_seen_at,
        last_seen_at,
        hours_into_log,
        row_number() over (order by first_seen_at, account_id) as place
    from compared
    where
        requests >= {{ var('steady_requests_min') }}
        and slot_share >= {{ var('steady_slot_share_min') }}
        and day_share >= {{ var('steady_day_share_min') }}

)

select * from final
