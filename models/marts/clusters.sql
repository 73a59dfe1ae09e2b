with

cluster_totals as (

    select * from {{ ref('cluster_totals') }}

),

cluster_scores as (

    select * from {{ ref('entity_scores') }}
    where entity_type = 'cluster'

),

cluster_descriptions as (

    select * from {{ ref('cluster_descriptions') }}

),

cluster_synchrony as (

    select * from {{ ref('cluster_synchrony') }}

),

top_reasons as (

    select * from {{ ref('top_reasons') }}
    where entity_type = 'cluster'

),

active_suppressions as (

    select * from {{ ref('active_suppressions') }}
    where entity_type = 'cluster'

),

cluster_successions as (

    select
        cluster_assignments.cluster_id,
        count(distinct successions.successor_account_id) as replaced_accounts,
        median(successions.delay_hours) as median_replacement_hours
    from {{ ref('successions') }} as successions
    inner join {{ ref('cluster_assignments') }} as cluster_assignments
        on successions.successor_account_id = cluster_assignments.account_id
    where successions.kind = 'replacement' and successions.probability >= 0.5
    group by cluster_assignments.cluster_id

),

cluster_pivots as (

    select
        cluster_id,
        max(effect) as pivot_effect
    from {{ ref('model_pivots') }}
    where is_pivot
    group by cluster_id

),

cluster_generations as (

    select
        cluster_id,
        max(generation) as generations
    from {{ ref('cluster_members') }}
    group by cluster_id

),

population as (

    select stddev_samp(ln(requests / active_days)) as daily_volume_spread
    from {{ ref('account_profiles') }}

),

final as (

    select
        cluster_totals.cluster_id,
        cluster_scores.risk_band,
        cluster_descriptions.capabilities,
        cluster_descriptions.access_channels,
        cluster_descriptions.access_pathways,
        top_reasons.top_reasons,
        active_suppressions.reason as suppression_reason,
        cluster_scores.extraction_probability,
        cluster_scores.risk_score,
        2 * cluster_totals.links
        / (cluster_totals.accounts * (cluster_totals.accounts - 1)) as density,
        cluster_totals.weakest_link_weight,
        cluster_totals.daily_volume_spread / population.daily_volume_spread
            as load_balancing_ratio,
        cluster_synchrony.synchrony_ratio,
        cluster_pivots.pivot_effect,
        cast(cluster_successions.median_replacement_hours as double)
            as median_replacement_hours,
        cast(cluster_totals.accounts as bigint) as accounts,
        cast(cluster_totals.accounts - cluster_totals.banned_accounts as bigint)
            as active_accounts,
        cast(cluster_totals.banned_accounts as bigint) as banned_accounts,
        cast(coalesce(cluster_successions.replaced_accounts, 0) as bigint)
            as replaced_accounts,
        cast(cluster_generations.generations as bigint) as generations,
        cast(cluster_totals.requests as bigint) as requests,
        cast(cluster_totals.input_tokens as bigint) as input_tokens,
        cast(cluster_totals.output_tokens as bigint) as output_tokens,
        cast(cluster_totals.reasoning_tokens as bigint) as reasoning_tokens,
        active_suppressions.entity_id is not null as is_suppressed,
        cluster_totals.first_seen_at,
        cluster_totals.last_seen_at
    from cluster_totals
    inner join cluster_scores on cluster_totals.cluster_id = cluster_scores.entity_id
    inner join cluster_descriptions using (cluster_id)
    cross join population
    left join cluster_synchrony using (cluster_id)
    left join cluster_pivots using (cluster_id)
    left join cluster_successions using (cluster_id)
    left join cluster_generations using (cluster_id)
    left join top_reasons on cluster_totals.cluster_id = top_reasons.entity_id
    left join active_suppressions
        on cluster_totals.cluster_id = active_suppressions.entity_id

)

select * from final
