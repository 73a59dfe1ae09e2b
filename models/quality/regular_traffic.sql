-- Whether accounts that are there nearly every day sent what they sent a week before.
-- They are chosen by the six days between, so that neither of the two days is one on
-- which they were there by definition. Each counts once, by its own mean, and only if
-- it began before both days and is not banned by the later one: so neither growth nor
-- a wave of bans is seen, nor one large customer who left, nor the many who rest on a
-- weekend; what is seen is that rows were lost, or that accounts were renamed.
with

account_bans as (

    select
        account_id,
        cast(banned_at as date) as banned_date
    from {{ ref('account_bans') }}

),

newest_day as (

    select quality_date as newest_date
    from {{ ref('newest_day') }}

),

account_day_values as (

    select
        account_id,
        quality_date as sent_date,
        min(quality_date) over (partition by account_id) as first_date,
        requests,
        early_requests
    from {{ ref('account_day_values') }}

),

-- Each day of use tells of itself and of the seven days after it.
following_days as (

    select
        account_day_values.*,
        account_bans.banned_date,
        {{ explode(numbers(8)) }} as place
    from account_day_values
    left join account_bans using (account_id)

),

-- A day without any row is there too, while the log goes on.
judged_days as (

    select
        following_days.*,
        following_days.place - 1 as days_before,
        cast(
            following_days.sent_date + cast(following_days.place - 1 as integer)
            as date
        ) as quality_date,
        newest_day.newest_date
    from following_days
    cross join newest_day

),

counted_use as (

    select
        account_id,
        quality_date,
        days_before,
        days_before between 1 and 6 as is_between,
        case
            when quality_date = newest_date then early_requests else requests
        end as requests
    from judged_days
    where
        quality_date <= newest_date
        and quality_date > first_date + 7
        and (banned_date is null or banned_date > quality_date)

),

-- One day of the six may be missing. The mean is over both days and those between, so
-- that it favours neither.
regular_accounts as (

    select
        account_id,
        quality_date,
        sum(case when days_before = 0 then requests else 0 end) as requests_now,
        sum(case when days_before = 7 then requests else 0 end) as requests_before,
        sum(requests) / 8 as usual_requests
    from counted_use
    group by account_id, quality_date
    having
        sum(case when is_between then 1 else 0 end) >= 5
        and sum(case when is_between then requests else 0 end) >= 6

),

-- An account's burst counts at most three times its mean.
compared as (

    select
        quality_date,
        least(requests_now / usual_requests, 3) as use_now,
        least(requests_before / usual_requests, 3) as use_before
    from regular_accounts

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
