-- Whether the accounts that are always there sent what they sent a week before. Each
-- counts once, by its own mean, so that neither growth nor one large customer who left
-- is seen, nor the many who rest on a weekend; what is seen is that rows were lost, or
-- that accounts were renamed.
with

account_day_values as (

    select
        account_id,
        quality_date,
        requests,
        early_requests
    from {{ ref('account_day_values') }}

),

newest_day as (

    select quality_date as newest_date
    from {{ ref('newest_day') }}

),

following_days as (

    select
        *,
        {{ explode(numbers(7)) }} as days_later
    from account_day_values

),

-- A day without any row is there too, while the log goes on.
expected_days as (

    select
        following_days.account_id,
        following_days.days_later,
        cast(
            following_days.quality_date + cast(following_days.days_later as integer)
            as date
        ) as quality_date,
        newest_day.newest_date,
        following_days.requests,
        following_days.early_requests
    from following_days
    cross join newest_day

),

earlier_use as (

    select
        account_id,
        quality_date,
        quality_date = newest_date as is_newest,
        case
            when quality_date = newest_date then early_requests else requests
        end as requests,
        days_later
    from expected_days
    where quality_date <= newest_date

),

-- One day of seven may be missing, but not the same weekday.
regular_accounts as (

    select
        account_id,
        quality_date,
        is_newest,
        sum(requests) as requests_of_week,
        sum(case when days_later = 7 then requests else 0 end) as requests_before
    from earlier_use
    group by account_id, quality_date, is_newest
    having count(*) >= 6 and max(days_later) = 7

),

both_days as (

    select
        regular_accounts.*,
        coalesce(
            case
                when regular_accounts.is_newest then account_day_values.early_requests
                else account_day_values.requests
            end,
            0
        ) as requests_now
    from regular_accounts
    left join account_day_values
        on
            regular_accounts.account_id = account_day_values.account_id
            and regular_accounts.quality_date = account_day_values.quality_date

),

-- The mean is over both days and those between, so that it favours neither.
usual as (

    select
        *,
        (requests_of_week + requests_now) / 8 as usual_requests
    from both_days
    where requests_of_week + requests_now >= 8

),

-- An account's burst counts at most three times its mean.
compared as (

    select
        quality_date,
        least(requests_now / usual_requests, 3) as use_now,
        least(requests_before / usual_requests, 3) as use_before
    from usual

),

final as (

    select
        quality_date,
        count(*) as regular_accounts,
        avg(use_now) / avg(use_before) as regular_share,
        stddev_samp(use_now - use_before)
        / sqrt(count(*)) / avg(use_before) as share_error
    from compared
    group by quality_date
    having count(*) >= {{ var('quality_accounts_min') }} and avg(use_before) > 0

)

select * from final
