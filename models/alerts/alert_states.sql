-- State of each alert at the end of the log, and since when it has it.
with

alert_openings as (

    select * from {{ ref('alert_openings') }}

),

alert_escalations as (

    select * from {{ ref('alert_escalations') }}

),

cluster_outlooks as (

    select * from {{ ref('cluster_outlooks') }}

),

judged as (

    select
        alert_openings.cluster_id,
        alert_openings.reason,
        alert_openings.opened_at,
        alert_openings.opened_at
        + interval {{ var('alert_new_hours') }} hour as ongoing_at,
        alert_escalations.escalated_at,
        cluster_outlooks.closed_at,
        cluster_outlooks.closing_reason,
        cluster_outlooks.expected_loss_tokens,
        case
            when cluster_outlooks.closing_reason is not null then 'closed'
            when alert_escalations.escalated_at is not null then 'escalated'
            when
                {{ seconds_between(
                    'alert_openings.opened_at', 'cluster_outlooks.ended_at'
                ) }} < {{ var('alert_new_hours') }} * 3600
                then 'new'
            else 'ongoing'
        end as alert_state
    from alert_openings
    inner join cluster_outlooks
        on alert_openings.cluster_id = cluster_outlooks.cluster_id
    left join alert_escalations
        on
            alert_openings.cluster_id = alert_escalations.cluster_id
            and alert_openings.reason = alert_escalations.reason

),

-- An alert that opens on a cluster that is dealt with is closed from the beginning.
final as (

    select
        cluster_id,
        reason,
        alert_state,
        closing_reason,
        expected_loss_tokens,
        opened_at,
        case alert_state
            when 'closed' then greatest(opened_at, closed_at)
            when 'escalated' then escalated_at
            when 'ongoing' then ongoing_at
            else opened_at
        end as changed_at
    from judged

)

select * from final
