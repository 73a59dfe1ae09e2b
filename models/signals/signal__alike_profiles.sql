with

cluster_links as (

    select * from {{ ref('cluster_links') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

profile_affinities as (

    select * from {{ ref('profile_affinities') }}

),

findings as (

    select
        'cluster' as entity_type,
        cluster_assignments.cluster_id as entity_id,
        -- of random pairs the mean is 1, as the chance is even from 0 to 1
        -avg(ln(profile_affinities.chance)) - 1 as value,
        1 as baseline,
        'The lengths of its accounts'' inputs are as alike as in '
        || {{ percent('exp(avg(ln(profile_affinities.chance)))') }}
        || ' of random pairs of steady accounts' as sentence,
        min(cluster_links.established_at) as observed_from,
        max(cluster_links.established_at) as observed_to
    from cluster_links
    inner join profile_affinities
        on
            cluster_links.account_id_a = profile_affinities.account_id_a
            and cluster_links.account_id_b = profile_affinities.account_id_b
    inner join cluster_assignments
        on cluster_links.account_id_a = cluster_assignments.account_id
    group by cluster_assignments.cluster_id
    having
        count(*) >= {{ var('alike_pairs_min') }}
        and avg(ln(profile_affinities.chance)) < -1

),

final as (

    {{ evidence_rows('findings', 'alike_profiles') }}

)

select * from final
