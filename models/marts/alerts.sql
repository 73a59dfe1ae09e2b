with

alert_states as (

    select * from {{ ref('alert_states') }}

),

-- Open ones of a day compete with each other, those of other days never do.
ranked as (

    select
        *,
        row_number() over (
            partition by cast(opened_at as date), alert_state = 'closed'
            order by round(expected_loss_tokens) desc, cluster_id asc, reason asc
        ) as place
    from alert_states

),

final as (

    select
        md5(cluster_id || '|' || reason) as alert_id,
        cluster_id,
        reason,
        alert_state,
        closing_reason,
        cast(expected_loss_tokens as double) as expected_loss_tokens,
        alert_state <> 'closed'
        and place <= {{ var('alerts_per_day_max') }} as is_within_budget,
        opened_at,
        changed_at
    from ranked

)

select * from final
