with

cluster_synchrony as (

    select * from {{ ref('cluster_synchrony') }}

),

cluster_totals as (

    select * from {{ ref('cluster_totals') }}

),

findings as (

    select
        'cluster' as entity_type,
        cluster_synchrony.cluster_id as entity_id,
        ln(cluster_synchrony.synchrony_ratio) as value,
        1 as baseline,
        'The number of its accounts at work by hour varies '
        || cast(round(cluster_synchrony.synchrony_ratio, 1) as string)
        || ' times as much as if they were independent' as sentence,
        cluster_totals.first_seen_at as observed_from,
        cluster_totals.last_seen_at as observed_to
    from cluster_synchrony
    inner join cluster_totals using (cluster_id)
    where cluster_synchrony.synchrony_ratio > 1

),

final as (

    {{ evidence_rows('findings', 'synchrony') }}

)

select * from final
