-- What a cluster is expected to take next, and whether what is known of it closes its
-- alerts. Now is the end of the log.
with

alert_members as (

    select * from {{ ref('alert_members') }}

),

account_profiles as (

    select
        account_id,
        first_seen_at,
        last_seen_at
    from {{ ref('account_profiles') }}

),

cluster_stakes as (

    select * from {{ ref('cluster_stakes') }}

),

log_end as (

    select
        end_at as ended_at,
        cast(cast(end_at as date) as timestamp)
        + interval 1 day
        - interval {{ var('alert_pace_days') }} day as pace_from
    from {{ ref('log_span') }}

),

-- A head is dealt with when it is banned, or an analyst found it harmless.
clusters as (

    select
        alert_members.cluster_id,
        max(alert_members.cluster_verdict) as cluster_verdict,
        max(alert_members.cluster_decided_at) as cluster_decided_at,
        min(account_profiles.first_seen_at) as first_seen_at,
        max(
            case
                when not alert_members.is_cleared and not alert_members.is_suppressed
                    then account_profiles.last_seen_at
            end
        ) as last_seen_at,
        max(
            case
                when
                    alert_members.banned_at is null
                    and not alert_members.is_cleared
                    and not alert_members.is_suppressed
                    then 1
                else 0
            end
        ) = 1 as has_open_heads,
        max(coalesce(alert_members.banned_at, alert_members.cleared_at))
            as dealt_with_at
    from alert_members
    inner join account_profiles using (account_id)
    group by alert_members.cluster_id

),

recent_stakes as (

    select
        cluster_stakes.cluster_id,
        sum(cluster_stakes.stake_tokens) as stake_tokens
    from cluster_stakes
    inner join log_end on cluster_stakes.day_started_at >= log_end.pace_from
    group by cluster_stakes.cluster_id

),

closings as (

    select
        clusters.*,
        log_end.ended_at,
        log_end.pace_from,
        case
            when clusters.cluster_verdict = 'benign' then 'judged benign'
            when not clusters.has_open_heads then 'all heads banned or cleared'
            when
                coalesce(clusters.cluster_verdict <> 'extraction', true)
                and {{ seconds_between('clusters.last_seen_at', 'log_end.ended_at') }}
                >= {{ var('alert_quiet_days') }} * 86400
                then 'quiet'
        end as closing_reason
    from clusters
    cross join log_end

),

final as (

    select
        closings.cluster_id,
        closings.ended_at,
        closings.closing_reason,
        case closings.closing_reason
            when 'judged benign' then closings.cluster_decided_at
            when 'all heads banned or cleared' then closings.dealt_with_at
            when 'quiet'
                then closings.last_seen_at + interval {{ var('alert_quiet_days') }} day
        end as closed_at,
        case
            when closings.closing_reason is null
                then
                    coalesce(recent_stakes.stake_tokens, 0)
                    * {{ var('alert_horizon_days') }}
                    / greatest(
                        1,
                        {{ seconds_between(
                            'greatest(closings.pace_from, closings.first_seen_at)',
                            'closings.ended_at'
                        ) }} / 86400
                    )
            else 0
        end as expected_loss_tokens
    from closings
    left join recent_stakes on closings.cluster_id = recent_stakes.cluster_id

)

select * from final
