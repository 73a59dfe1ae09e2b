with

cluster_links as (

    select * from {{ ref('cluster_links') }}

),

pair_evidence as (

    select
        account_id_a,
        account_id_b,
        entity_type,
        count(*) as things,
        min(entity_accounts) as rarest_accounts,
        sum(weight) as weight
    from {{ ref('pair_evidence') }}
    group by account_id_a, account_id_b, entity_type

),

-- What no number of accounts shares, like alike profiles, has no rarest thing.
final as (

    select
        cluster_links.account_id_a,
        cluster_links.account_id_b,
        {{ joined(
            "replace(pair_evidence.entity_type, '_', ' ') || ' x'"
            ~ " || cast(pair_evidence.things as string)"
            ~ " || coalesce(' (rarest shared by '"
            ~ " || cast(pair_evidence.rarest_accounts as string) || ')', '')",
            ', ',
            'round(pair_evidence.weight, 6) desc, pair_evidence.entity_type',
        ) }} as reasons,
        cast(cluster_links.weight as double) as weight,
        cluster_links.established_at
    from cluster_links
    inner join pair_evidence
        on
            cluster_links.account_id_a = pair_evidence.account_id_a
            and cluster_links.account_id_b = pair_evidence.account_id_b
    group by
        cluster_links.account_id_a,
        cluster_links.account_id_b,
        cluster_links.weight,
        cluster_links.established_at

)

select * from final
