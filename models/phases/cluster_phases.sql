-- Phases of clusters in words: what a cluster does from a day on, and did before.
with

cluster_activity as (

    select * from {{ ref('cluster_activity') }}

),

phase_changes as (

    select * from {{ ref('phase_changes') }}

),

series_spans as (

    select
        cluster_id,
        aspect,
        min(day_number) as first_day,
        max(day_number) as last_day
    from cluster_activity
    group by cluster_id, aspect

),

-- The phase before a change begins with the change before it.
phases as (

    select
        phase_changes.cluster_id,
        phase_changes.aspect,
        phase_changes.changed_day,
        coalesce(
            lag(phase_changes.changed_day) over (
                partition by phase_changes.cluster_id, phase_changes.aspect
                order by phase_changes.changed_day
            ),
            series_spans.first_day
            + case phase_changes.aspect
                when 'volume' then {{ var('phase_warm_up_days') }}
                else 0
            end
        ) as before_from_day,
        coalesce(
            lead(phase_changes.changed_day) over (
                partition by phase_changes.cluster_id, phase_changes.aspect
                order by phase_changes.changed_day
            ),
            series_spans.last_day + 1
        ) as after_until_day
    from phase_changes
    inner join series_spans
        on
            phase_changes.cluster_id = series_spans.cluster_id
            and phase_changes.aspect = series_spans.aspect

),

category_counts as (

    select
        phases.cluster_id,
        phases.aspect,
        phases.changed_day,
        phases.before_from_day,
        phases.after_until_day,
        cluster_activity.category,
        sum(
            case
                when cluster_activity.day_number < phases.changed_day
                    then cluster_activity.requests
                else 0
            end
        ) as requests_before,
        sum(
            case
                when cluster_activity.day_number >= phases.changed_day
                    then cluster_activity.requests
                else 0
            end
        ) as requests_after
    from phases
    inner join cluster_activity
        on
            phases.cluster_id = cluster_activity.cluster_id
            and phases.aspect = cluster_activity.aspect
            and phases.before_from_day <= cluster_activity.day_number
            and phases.after_until_day > cluster_activity.day_number
    group by
        phases.cluster_id,
        phases.aspect,
        phases.changed_day,
        phases.before_from_day,
        phases.after_until_day,
        cluster_activity.category

),

category_figures as (

    select
        cluster_id,
        aspect,
        changed_day,
        category,
        {{ micros_to_timestamp('changed_day * 86400000000') }} as changed_at,
        {{ micros_to_timestamp('after_until_day * 86400000000') }} as after_until_at,
        case
            when aspect = 'volume'
                then requests_before / (changed_day - before_from_day)
            else
                requests_before / sum(requests_before) over (
                    partition by cluster_id, aspect, changed_day
                )
        end as figure_before,
        case
            when aspect = 'volume'
                then requests_after / (after_until_day - changed_day)
            else
                requests_after / sum(requests_after) over (
                    partition by cluster_id, aspect, changed_day
                )
        end as figure_after
    from category_counts

),

-- Of a mix the category that grew most.
told as (

    select
        *,
        'From ' || cast(cast(changed_at as date) as string) || ' on ' as since
    from category_figures
    qualify row_number() over (
        partition by cluster_id, aspect, changed_day
        order by round(figure_after - figure_before, 6) desc, category asc
    ) = 1

),

final as (

    select
        cluster_id,
        aspect,
        figure_after,
        figure_before,
        case aspect
            when 'volume'
                then
                    since
                    || cast(cast(round(figure_after, 0) as bigint) as string)
                    || ' requests a day, before '
                    || cast(cast(round(figure_before, 0) as bigint) as string)
            when 'capability'
                then
                    since || {{ percent('figure_after') }} || ' of its prompts ask for '
                    || case category
                        when 'other' then 'nothing in particular'
                        else replace(category, '_', ' ')
                    end
                    || ', before ' || {{ percent('figure_before') }}
            else
                since || {{ percent('figure_after') }}
                || ' of its requests come through '
                || replace(category, '_', ' ')
                || ', before ' || {{ percent('figure_before') }}
        end as sentence,
        changed_at as observed_from,
        after_until_at as observed_to
    from told

)

select * from final
