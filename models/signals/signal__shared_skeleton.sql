with

account_focus as (

    select * from {{ ref('account_focus') }}
    where shared_prompts > 0

),

cluster_focus as (

    select * from {{ ref('cluster_focus') }}
    where shared_prompts > 0

),

cluster_totals as (

    select * from {{ ref('cluster_totals') }}

),

account_findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        ln(1 + sum(shared_prompts)) as value,
        0 as baseline,
        'Sent ' || cast(sum(prompts) as string) || ' different prompts on '
        || cast(count(*) as string) || ' skeletons that up to '
        || cast(max(working_accounts) - 1 as string) || ' other accounts work on'
            as sentence,
        min(first_seen_at) as observed_from,
        max(last_seen_at) as observed_to
    from account_focus
    group by account_id

),

cluster_findings as (

    select
        'cluster' as entity_type,
        cluster_focus.cluster_id as entity_id,
        ln(1 + sum(cluster_focus.shared_prompts) / max(cluster_focus.cluster_working_accounts))
            as value,
        0 as baseline,
        cast(max(cluster_focus.cluster_working_accounts) as string) || ' of '
        || cast(max(cluster_totals.accounts) as string)
        || ' accounts work on the same ' || cast(count(*) as string)
        || ' skeletons, with ' || cast(sum(cluster_focus.prompts) as string)
        || ' different prompts' as sentence,
        min(cluster_focus.first_seen_at) as observed_from,
        max(cluster_focus.last_seen_at) as observed_to
    from cluster_focus
    inner join cluster_totals using (cluster_id)
    group by cluster_focus.cluster_id

),

findings as (

    select * from account_findings
    union all
    select * from cluster_findings

),

final as (

    {{ evidence_rows('findings', 'shared_skeleton') }}

)

select * from final
