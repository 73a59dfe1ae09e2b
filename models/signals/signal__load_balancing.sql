with

cluster_totals as (

    select * from {{ ref('cluster_totals') }}

),

population as (

    select stddev_samp(ln(requests / active_days)) as daily_volume_spread
    from {{ ref('account_profiles') }}

),

findings as (

    select
        'cluster' as entity_type,
        cluster_totals.cluster_id as entity_id,
        ln(
            population.daily_volume_spread
            / greatest(cluster_totals.daily_volume_spread, 0.05)
        ) as value,
        population.daily_volume_spread as baseline,
        'The daily volumes of its ' || cast(cluster_totals.accounts as string)
        || ' accounts spread by a factor of '
        || cast(round(exp(cluster_totals.daily_volume_spread), 1) as string)
        || ', those of all accounts by '
        || cast(round(exp(population.daily_volume_spread), 1) as string) as sentence,
        cluster_totals.first_seen_at as observed_from,
        cluster_totals.last_seen_at as observed_to
    from cluster_totals
    cross join population
    where
        cluster_totals.accounts >= {{ var('load_balancing_accounts_min') }}
        and cluster_totals.daily_volume_spread < population.daily_volume_spread

),

final as (

    {{ evidence_rows('findings', 'load_balancing') }}

)

select * from final
