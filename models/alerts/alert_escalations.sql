-- What grew worse after an alert was opened: the band, or what is taken. One row per
-- alert that did.
{% set pace_seconds = '86400 * ' ~ var('alert_pace_days') %}

with

alert_openings as (

    select
        *,
        cast(cast(opened_at as date) as timestamp) as opening_day_at
    from {{ ref('alert_openings') }}

),

cluster_stakes as (

    select * from {{ ref('cluster_stakes') }}

),

log_span as (

    select * from {{ ref('log_span') }}

),

rises as (

    select
        cluster_id,
        reason,
        risen_at as escalated_at
    from alert_openings
    where risen_at > opened_at

),

opening_paces as (

    select
        alert_openings.cluster_id,
        alert_openings.reason,
        alert_openings.opening_day_at,
        sum(cluster_stakes.stake_tokens) as stake_tokens
    from alert_openings
    inner join cluster_stakes
        on
            alert_openings.cluster_id = cluster_stakes.cluster_id
            and alert_openings.opening_day_at <= cluster_stakes.day_started_at
    where
        {{ seconds_between(
            'alert_openings.opening_day_at', 'cluster_stakes.day_started_at'
        ) }} < {{ pace_seconds }}
    group by
        alert_openings.cluster_id,
        alert_openings.reason,
        alert_openings.opening_day_at

),

-- Over as many days as the pace at opening, up to each day that is over.
trailing_paces as (

    select
        days.cluster_id,
        days.day_started_at,
        sum(earlier_days.stake_tokens) as stake_tokens
    from cluster_stakes as days
    inner join cluster_stakes as earlier_days
        on
            days.cluster_id = earlier_days.cluster_id
            and days.day_started_at >= earlier_days.day_started_at
    cross join log_span
    where
        {{ seconds_between(
            'earlier_days.day_started_at', 'days.day_started_at'
        ) }} < {{ pace_seconds }}
        and days.day_started_at + interval 1 day <= log_span.end_at
    group by days.cluster_id, days.day_started_at

),

growths as (

    select
        opening_paces.cluster_id,
        opening_paces.reason,
        min(trailing_paces.day_started_at) + interval 1 day as escalated_at
    from opening_paces
    inner join trailing_paces
        on opening_paces.cluster_id = trailing_paces.cluster_id
    where
        {{ seconds_between(
            'opening_paces.opening_day_at', 'trailing_paces.day_started_at'
        ) }} >= {{ pace_seconds }}
        and trailing_paces.stake_tokens
        >= {{ var('alert_escalation_factor') }} * opening_paces.stake_tokens
        and opening_paces.stake_tokens > 0
    group by opening_paces.cluster_id, opening_paces.reason

),

escalations as (

    select * from rises
    union all
    select * from growths

),

final as (

    select
        cluster_id,
        reason,
        min(escalated_at) as escalated_at
    from escalations
    group by cluster_id, reason

)

select * from final
