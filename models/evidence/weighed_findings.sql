-- A cluster's findings count for its members in proportion to how firmly they belong to
-- it. What a family of signals says in total is capped, its rows share the cut.
with

findings as (

    select * from {{ ref('findings') }}

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
