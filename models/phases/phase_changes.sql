-- The first days of a volume are a warm-up; a mix has its shares from the start.
with

cluster_activity as (

    select * from {{ ref('cluster_activity') }}

),

first_days as (

    select
        cluster_id,
        min(day_number) as first_day
    from cluster_activity
    group by cluster_id

),

series as (

    select
        cluster_activity.cluster_id,
        cluster_activity.aspect,
        {{ row_struct({
            'cells': 'array_agg(' ~ row_struct({
                'day_number': 'cluster_activity.day_number',
                'category': 'cluster_activity.category_number',
                'requests': 'cluster_activity.requests',
            }) ~ ')',
            'is_mix': "cluster_activity.aspect <> 'volume'",
            'days_min': 'cast(' ~ var('phase_days_min') ~ ' as bigint)',
            'effect_min': "cast(case when cluster_activity.aspect = 'volume' then "
            ~ var('phase_volume_factor_min') ~ " else "
            ~ var('phase_share_change_min') ~ " end as double)",
            'p_value_max': 'cast(' ~ var('phase_p_value_max') ~ ' as double)',
        }) }} as series
    from cluster_activity
    inner join first_days
        on cluster_activity.cluster_id = first_days.cluster_id
    where
        cluster_activity.aspect <> 'volume'
        or cluster_activity.day_number
        >= first_days.first_day + {{ var('phase_warm_up_days') }}
    group by cluster_activity.cluster_id, cluster_activity.aspect

),

changes as (

    select
        cluster_id,
        aspect,
        {{ explode('phase_changes(series)') }} as change
    from series

),

final as (

    select
        cluster_id,
        aspect,
        change.changed_day,
        change.p_value
    from changes

)

select * from final
