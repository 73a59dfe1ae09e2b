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

cluster_heads as (

    select * from {{ ref('cluster_heads') }}

),

cluster_pivots as (

    select
        cluster_id,
        max(effect) as pivot_effect
    from {{ ref('model_pivots') }}
    where is_pivot
    group by cluster_id

),

population as (

    select stddev_samp(ln(requests / active_days)) as daily_volume_spread
    from {{ ref('account_profiles') }}

),

cluster_quality as (

    select * from {{ ref('entity_quality') }}
    where entity_type = 'cluster'

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
        coalesce(cluster_quality.quality_verdict, 'ok') as quality_verdict,
        cluster_quality.quality_reason,
        cluster_scores.extraction_probability,
        cluster_scores.risk_score,
        2 * cluster_totals.links
        / (cluster_totals.accounts * (cluster_totals.accounts - 1)) as density,
        cluster_totals.weakest_link_weight,
        cluster_totals.daily_volume_spread / population.daily_volume_spread
            as load_balancing_ratio,
        cluster_synchrony.synchrony_ratio,
        cluster_pivots.pivot_effect,
        cluster_heads.median_replacement_hours,
        cluster_heads.lower_quartile_replacement_hours,
        cluster_heads.upper_quartile_replacement_hours,
        cluster_heads.head_half_life_days,
        cast(cluster_totals.accounts as bigint) as accounts,
        cast(cluster_totals.accounts - cluster_totals.banned_accounts as bigint)
            as active_accounts,
        cast(cluster_totals.banned_accounts as bigint) as banned_accounts,
        cluster_heads.replaced_accounts,
        cluster_heads.generations,
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
    inner join cluster_heads using (cluster_id)
    left join top_reasons on cluster_totals.cluster_id = top_reasons.entity_id
    left join active_suppressions
        on cluster_totals.cluster_id = active_suppressions.entity_id
    left join cluster_quality on cluster_totals.cluster_id = cluster_quality.entity_id

)

select * from final
