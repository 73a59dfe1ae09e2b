with

account_capabilities as (

    select * from {{ ref('account_capabilities') }}
    where capability <> 'other'

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

capability_baselines as (

    select * from {{ ref('capability_baselines') }}

),

-- Contribution of each capability to the divergence from the average account.
account_lifts as (

    select
        account_capabilities.account_id,
        account_capabilities.capability,
        account_capabilities.capability_share,
        capability_baselines.baseline_share,
        account_capabilities.capability_share
        * ln(
            account_capabilities.capability_share
            / capability_baselines.baseline_share
        ) as lift,
        account_capabilities.first_seen_at,
        account_capabilities.last_seen_at
    from account_capabilities
    inner join capability_baselines using (capability)

),

strongest_account_lifts as (

    select *
    from account_lifts
    where lift > 0
    qualify row_number() over (
        partition by account_id
        order by round(lift, 6) desc, capability asc
    ) = 1

),

cluster_lifts as (

    select
        cluster_assignments.cluster_id,
        account_capabilities.capability,
        capability_baselines.baseline_share,
        sum(account_capabilities.prompts)
        / (sum(account_capabilities.account_prompts) + 10) as capability_share,
        min(account_capabilities.first_seen_at) as first_seen_at,
        max(account_capabilities.last_seen_at) as last_seen_at
    from account_capabilities
    inner join cluster_assignments using (account_id)
    inner join capability_baselines using (capability)
    group by
        cluster_assignments.cluster_id,
        account_capabilities.capability,
        capability_baselines.baseline_share

),

strongest_cluster_lifts as (

    select
        *,
        capability_share * ln(capability_share / baseline_share) as lift
    from cluster_lifts
    where capability_share > baseline_share
    qualify row_number() over (
        partition by cluster_id
        order by
            round(capability_share * ln(capability_share / baseline_share), 6) desc,
            capability asc
    ) = 1

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        lift as value,
        baseline_share as baseline,
        {{ percent('capability_share') }} || ' of the prompts are '
        || replace(capability, '_', ' ') || ', against '
        || cast(round(100 * baseline_share, 1) as string)
        || '% in the average account' as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from strongest_account_lifts
    union all
    select
        'cluster' as entity_type,
        cluster_id as entity_id,
        lift as value,
        baseline_share as baseline,
        {{ percent('capability_share') }}
        || ' of the members'' prompts are ' || replace(capability, '_', ' ')
        || ', against ' || cast(round(100 * baseline_share, 1) as string)
        || '% in the average account' as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from strongest_cluster_lifts

),

final as (

    {{ evidence_rows('findings', 'capability_concentration') }}

)

select * from final
