-- A cluster's findings count for its members in proportion to how firmly they belong to
-- it. What a family of signals says in total is capped, its rows share the cut.
with

findings as (

    select * from {{ ref('findings') }}
    where raw_weight <> 0

),

cluster_member_links as (

    select * from {{ ref('cluster_member_links') }}

),

evidence_families as (

    select * from {{ ref('evidence_families') }}

),

own_findings as (

    select
        findings.*,
        cast(null as string) as source_entity_id,
        cast(1 as double) as strength
    from findings

),

handed_findings as (

    select
        'account' as entity_type,
        cluster_member_links.account_id as entity_id,
        findings.signal,
        findings.family,
        findings.value,
        findings.baseline,
        findings.raw_weight,
        findings.sentence,
        findings.observed_from,
        findings.observed_to,
        cluster_member_links.cluster_id as source_entity_id,
        cluster_member_links.strength
    from findings
    inner join cluster_member_links
        on findings.entity_id = cluster_member_links.cluster_id
    where findings.entity_type = 'cluster'

),

-- What members show by themselves, on average, counts for the cluster; a signal that
-- looks at clusters as well has said so already.
cluster_signals as (

    select distinct
        entity_id as cluster_id,
        signal
    from findings
    where entity_type = 'cluster'

),

cluster_sizes as (

    select
        cluster_id,
        count(*) as accounts
    from cluster_member_links
    group by cluster_id

),

member_findings as (

    select
        cluster_member_links.cluster_id,
        findings.*
    from findings
    inner join cluster_member_links
        on findings.entity_id = cluster_member_links.account_id
    where findings.entity_type = 'account'

),

pooled_findings as (

    select
        'cluster' as entity_type,
        member_findings.cluster_id as entity_id,
        member_findings.signal,
        member_findings.family,
        sum(member_findings.value) / max(cluster_sizes.accounts) as value,
        cast(null as double) as baseline,
        sum(member_findings.raw_weight) / max(cluster_sizes.accounts) as raw_weight,
        cast(count(*) as string) || ' of its '
        || cast(max(cluster_sizes.accounts) as string) || ' members show '
        || replace(member_findings.signal, '_', ' ') || ' by themselves' as sentence,
        min(member_findings.observed_from) as observed_from,
        max(member_findings.observed_to) as observed_to,
        cast(null as string) as source_entity_id,
        cast(1 as double) as strength
    from member_findings
    inner join cluster_sizes using (cluster_id)
    left join cluster_signals
        on
            member_findings.cluster_id = cluster_signals.cluster_id
            and member_findings.signal = cluster_signals.signal
    where cluster_signals.signal is null
    group by
        member_findings.cluster_id,
        member_findings.signal,
        member_findings.family

),

all_findings as (

    select
        entity_type,
        entity_id,
        signal,
        family,
        value,
        baseline,
        raw_weight,
        sentence,
        observed_from,
        observed_to,
        source_entity_id,
        strength
    from own_findings
    union all
    select * from handed_findings
    union all
    select * from pooled_findings

),

family_totals as (

    select
        *,
        abs(
            sum(raw_weight * strength) over (
                partition by entity_type, entity_id, family
            )
        ) as family_total
    from all_findings

),

final as (

    select
        family_totals.entity_type,
        family_totals.entity_id,
        family_totals.signal,
        family_totals.family,
        family_totals.value,
        family_totals.baseline,
        family_totals.raw_weight,
        family_totals.raw_weight
        * family_totals.strength
        * least(
            1,
            evidence_families.weight_max / greatest(family_totals.family_total, 1e-9)
        ) as weight,
        family_totals.sentence,
        family_totals.observed_from,
        family_totals.observed_to,
        family_totals.source_entity_id
    from family_totals
    inner join evidence_families using (family)

)

select * from final
