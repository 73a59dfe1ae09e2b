-- When each steady account went live, and how many others could be expected to in an
-- hour around it: the median day of the weeks around, which a burst does not move. In
-- the log's first days everybody appears who was there before; there a day is its own
-- measure.
with

steady_accounts as (

    select * from {{ ref('steady_accounts') }}

),

log_days as (

    select distinct requested_date as log_date
    from {{ ref('requests') }}

),

day_starts as (

    select
        log_days.log_date,
        count(steady_accounts.account_id) as starts
    from log_days
    left join steady_accounts
        on log_days.log_date = cast(steady_accounts.first_seen_at as date)
    group by log_days.log_date

),

numbered_days as (

    select
        *,
        row_number() over (order by log_date) as day_number
    from day_starts

),

day_rates as (

    select
        numbered_days.log_date,
        numbered_days.starts,
        median(nearby_days.starts) as usual_starts
    from numbered_days
    inner join numbered_days as nearby_days
        on
            abs(numbered_days.day_number - nearby_days.day_number)
            <= {{ var('start_rate_days') }}
    group by numbered_days.log_date, numbered_days.starts

),

final as (

    select
        steady_accounts.account_id,
        steady_accounts.first_seen_at,
        steady_accounts.hours_into_log,
        steady_accounts.place,
        greatest(
            case
                when
                    steady_accounts.hours_into_log
                    < {{ var('start_warm_up_hours') }}
                    then greatest(day_rates.starts, day_rates.usual_starts)
                else day_rates.usual_starts
            end,
            1
        ) / 24 as expected_per_hour
    from steady_accounts
    inner join day_rates
        on cast(steady_accounts.first_seen_at as date) = day_rates.log_date

)

select * from final
