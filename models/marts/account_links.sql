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
    having sum(weight) > 0

),

worded_evidence as (

    select
        account_id_a,
        account_id_b,
        entity_type,
        weight,
        case entity_type
            when 'activation' then 'went live together'
            when 'handover' then 'one began after the ban of the other'
            when 'profile' then 'inputs of the same lengths'
            else
                replace(entity_type, '_', ' ') || ' x' || cast(things as string)
                || ' (rarest shared by ' || cast(rarest_accounts as string) || ')'
        end as reason
    from pair_evidence

),

-- What no number of accounts shares, like alike profiles, has no rarest thing.
final as (

    select
        cluster_links.account_id_a,
        cluster_links.account_id_b,
        {{ joined(
            'worded_evidence.reason',
            ', ',
            'round(worded_evidence.weight, 6) desc, worded_evidence.entity_type',
        ) }} as reasons,
        cast(cluster_links.weight as double) as weight,
        cluster_links.established_at
    from cluster_links
    inner join worded_evidence
        on
            cluster_links.account_id_a = worded_evidence.account_id_a
            and cluster_links.account_id_b = worded_evidence.account_id_b
    group by
        cluster_links.account_id_a,
        cluster_links.account_id_b,
        cluster_links.weight,
        cluster_links.established_at

)

select * from final
