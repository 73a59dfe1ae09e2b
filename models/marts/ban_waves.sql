-- What bans achieved. Bans of one cluster are one wave as long as each follows the one
-- before it within some hours. The cluster's traffic is counted in whole days: the one
-- before the wave's first ban, the one after its last, and the seventh after it.
{#- Days that are compared, by where they begin. -#}
{% set periods = {
    'day_before': 'started_at - interval 1 day',
    'day_after': 'ended_at',
    'week_after': 'ended_at + interval 6 day',
} %}
{% set day_is_over =
    seconds_between('waves.ended_at', 'log_span.end_at') ~ ' >= 86400' %}
{% set week_is_over =
    seconds_between('waves.ended_at', 'log_span.end_at') ~ ' >= 7 * 86400' %}

with

head_lives as (

    select * from {{ ref('head_lives') }}

),

requests as (

    select
        head_lives.cluster_id,
        requests.account_id,
        requests.requested_at,
        requests.requested_date
    from {{ ref('requests') }} as requests
    inner join head_lives using (account_id)
    where requests.is_served

),

log_span as (

    select * from {{ ref('log_span') }}

),

bans as (

    select
        cluster_id,
        account_id,
        banned_at,
        lag(banned_at) over (
            partition by cluster_id
            order by banned_at, account_id
        ) as previous_banned_at
    from head_lives
    where banned_at is not null

),

numbered_bans as (

    select
        *,
        sum(
            case
                when
                    {{ seconds_between('previous_banned_at', 'banned_at') }}
                    <= {{ var('ban_wave_gap_hours') }} * 3600
                    then 0
                else 1
            end
        ) over (
            partition by cluster_id
            order by banned_at, account_id
            rows between unbounded preceding and current row
        ) as wave
    from bans

),

waves as (

    select
        cluster_id,
        wave,
        count(*) as banned_accounts,
        min(banned_at) as started_at,
        max(banned_at) as ended_at
    from numbered_bans
    group by cluster_id, wave

),

periods as (

    {% for period, begin in periods.items() %}
    select
        cluster_id,
        wave,
        '{{ period }}' as period,
        {{ begin }} as begin_at,
        {{ begin }} + interval 1 day as end_at
    from waves
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- By date, so that a wave reads no more of its cluster's requests than these days.
period_dates as (

    select
        *,
        cast(begin_at as date) as requested_date
    from periods
    union all
    select
        *,
        cast(end_at as date) as requested_date
    from periods
    where cast(end_at as date) > cast(begin_at as date)

),

-- An account was at work in a period of a day if its last request of the first date or
-- its first one of the second lies in it: no need to compare all of its requests.
account_dates as (

    select
        cluster_id,
        account_id,
        requested_date,
        min(requested_at) as first_requested_at,
        max(requested_at) as last_requested_at
    from requests
    group by cluster_id, account_id, requested_date

),

wave_heads as (

    select
        {% for period in periods %}
        count(
            distinct case
                when period_dates.period = '{{ period }}' then account_dates.account_id
            end
        ) as heads_{{ period }},
        {% endfor %}
        period_dates.cluster_id,
        period_dates.wave
    from period_dates
    inner join account_dates
        on
            period_dates.cluster_id = account_dates.cluster_id
            and period_dates.requested_date = account_dates.requested_date
            and period_dates.begin_at <= account_dates.last_requested_at
            and period_dates.end_at > account_dates.first_requested_at
    group by period_dates.cluster_id, period_dates.wave

),

wave_requests as (

    select
        {% for period in periods %}
        sum(case when period_dates.period = '{{ period }}' then 1 else 0 end)
            as requests_{{ period }},
        {% endfor %}
        period_dates.cluster_id,
        period_dates.wave
    from period_dates
    inner join requests
        on
            period_dates.cluster_id = requests.cluster_id
            and period_dates.requested_date = requests.requested_date
            and period_dates.begin_at <= requests.requested_at
            and period_dates.end_at > requests.requested_at
    group by period_dates.cluster_id, period_dates.wave

),

wave_heirs as (

    select
        numbered_bans.cluster_id,
        numbered_bans.wave,
        count(distinct numbered_bans.account_id) as replaced_accounts,
        median(head_lives.delay_hours) as median_replacement_hours
    from numbered_bans
    inner join head_lives
        on numbered_bans.account_id = head_lives.predecessor_account_id
    group by numbered_bans.cluster_id, numbered_bans.wave

),

final as (

    select
        waves.cluster_id,
        cast(waves.wave as bigint) as wave_number,
        cast(waves.banned_accounts as bigint) as banned_accounts,
        cast(coalesce(wave_heirs.replaced_accounts, 0) as bigint) as replaced_accounts,
        cast(wave_heirs.median_replacement_hours as double) as median_replacement_hours,
        cast(coalesce(wave_heads.heads_day_before, 0) as bigint) as heads_day_before,
        case
            when {{ day_is_over }}
                then cast(coalesce(wave_heads.heads_day_after, 0) as bigint)
        end as heads_day_after,
        case
            when {{ week_is_over }}
                then cast(coalesce(wave_heads.heads_week_after, 0) as bigint)
        end as heads_week_after,
        cast(coalesce(wave_requests.requests_day_before, 0) as bigint)
            as requests_day_before,
        case
            when {{ day_is_over }}
                then cast(coalesce(wave_requests.requests_day_after, 0) as bigint)
        end as requests_day_after,
        case
            when {{ week_is_over }}
                then cast(coalesce(wave_requests.requests_week_after, 0) as bigint)
        end as requests_week_after,
        waves.started_at,
        waves.ended_at
    from waves
    cross join log_span
    left join wave_heads
        on waves.cluster_id = wave_heads.cluster_id and waves.wave = wave_heads.wave
    left join wave_requests
        on
            waves.cluster_id = wave_requests.cluster_id
            and waves.wave = wave_requests.wave
    left join wave_heirs
        on waves.cluster_id = wave_heirs.cluster_id and waves.wave = wave_heirs.wave

)

select * from final
