with

pair_evidence as (

    select * from {{ ref('pair_evidence') }}
    where link_family in ('payment', 'client', 'network')

),

cluster_links as (

    select * from {{ ref('cluster_links') }}

),

identity_links as (

    select
        cluster_links.account_id_a,
        cluster_links.account_id_b,
        sum(pair_evidence.weight) as identity_weight,
        min(pair_evidence.shared_since) as shared_since
    from cluster_links
    inner join pair_evidence
        on
            cluster_links.account_id_a = pair_evidence.account_id_a
            and cluster_links.account_id_b = pair_evidence.account_id_b
    group by cluster_links.account_id_a, cluster_links.account_id_b

),

directed as (

    select
        account_id_a as account_id,
        account_id_b as neighbour_id,
        identity_weight,
        shared_since
    from identity_links
    union all
    select
        account_id_b as account_id,
        account_id_a as neighbour_id,
        identity_weight,
        shared_since
    from identity_links

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        ln(count(*)) as value,
        0 as baseline,
        'Shares rare payment, device or network with '
        || cast(count(*) as string) || ' other accounts' as sentence,
        min(shared_since) as observed_from,
        max(shared_since) as observed_to
    from directed
    where identity_weight >= {{ var('shared_identity_log_odds_min') }}
    group by account_id

),

final as (

    {{ evidence_rows('findings', 'shared_identity') }}

)

select * from final
