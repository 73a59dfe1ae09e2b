-- What bans achieved. Bans of one cluster are one wave as long as each follows the one
-- before it within some hours. The cluster's traffic is counted in whole days: the one
-- before the wave's first ban, the one after its last, and the seventh after it.
with

head_lives as (

    select * from {{ ref('head_lives') }}

),

requests as (

    select
        head_lives.cluster_id,
        requests.account_id,
        requests.requested_at
    from {{ ref('requests') }} as requests
    inner join head_lives using (account_id)
    where requests.is_served

),

log_end as (

    select max(last_seen_at) as last_seen_at
    from {{ ref('account_profiles') }}

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

-- Seconds after the wave's end; before its beginning they are negative.
wave_requests as (

    select
        waves.cluster_id,
        waves.wave,
        requests.account_id,
        case
            when requests.requested_at < waves.started_at
                then {{ seconds_between('waves.started_at', 'requests.requested_at') }}
            else {{ seconds_between('waves.ended_at', 'requests.requested_at') }}
        end / 86400 as days_after
    from waves
    inner join requests
        on
            waves.cluster_id = requests.cluster_id
            and (
                requests.requested_at < waves.started_at
                or requests.requested_at >= waves.ended_at
            )

),

wave_traffic as (

    select
        cluster_id,
        wave,
        sum(case when days_after >= -1 and days_after < 0 then 1 else 0 end)
            as requests_day_before,
        sum(case when days_after >= 0 and days_after < 1 then 1 else 0 end)
            as requests_day_after,
        sum(case when days_after >= 6 and days_after < 7 then 1 else 0 end)
            as requests_week_after,
        count(
            distinct case when days_after >= -1 and days_after < 0 then account_id end
        ) as heads_day_before,
        count(
            distinct case when days_after >= 0 and days_after < 1 then account_id end
        ) as heads_day_after,
        count(
            distinct case when days_after >= 6 and days_after < 7 then account_id end
        ) as heads_week_after
    from wave_requests
    where days_after >= -1 and days_after < 7
    group by cluster_id, wave

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

{%- set day_is_over =
    seconds_between('waves.ended_at', 'log_end.last_seen_at') ~ ' >= 86400' %}
{%- set week_is_over =
    seconds_between('waves.ended_at', 'log_end.last_seen_at') ~ ' >= 7 * 86400' %}
final as (

    select
        waves.cluster_id,
        cast(waves.wave as bigint) as wave_number,
        cast(waves.banned_accounts as bigint) as banned_accounts,
        cast(coalesce(wave_heirs.replaced_accounts, 0) as bigint) as replaced_accounts,
        cast(wave_heirs.median_replacement_hours as double) as median_replacement_hours,
        cast(coalesce(wave_traffic.heads_day_before, 0) as bigint) as heads_day_before,
        case
            when {{ day_is_over }}
                then cast(coalesce(wave_traffic.heads_day_after, 0) as bigint)
        end as heads_day_after,
        case
            when {{ week_is_over }}
                then cast(coalesce(wave_traffic.heads_week_after, 0) as bigint)
        end as heads_week_after,
        cast(coalesce(wave_traffic.requests_day_before, 0) as bigint)
            as requests_day_before,
        case
            when {{ day_is_over }}
                then cast(coalesce(wave_traffic.requests_day_after, 0) as bigint)
        end as requests_day_after,
        case
            when {{ week_is_over }}
                then cast(coalesce(wave_traffic.requests_week_after, 0) as bigint)
        end as requests_week_after,
        waves.started_at,
        waves.ended_at
    from waves
    cross join log_end
    left join wave_traffic
        on
            waves.cluster_id = wave_traffic.cluster_id
            and waves.wave = wave_traffic.wave
    left join wave_heirs
        on waves.cluster_id = wave_heirs.cluster_id and waves.wave = wave_heirs.wave

)

select * from final
