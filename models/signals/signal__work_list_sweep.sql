with

account_focus as (

    select * from {{ ref('account_focus') }}
    where swept_prompts > 0

),

cluster_focus as (

    select * from {{ ref('cluster_focus') }}
    where swept_prompts > 0

),

account_findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        ln(1 + sum(swept_prompts)) as value,
        0 as baseline,
        'Worked off ' || cast(sum(prompts) as string)
        || ' prompts of shared skeletons, '
        || {{ percent('sum(sweep_share * prompts) / sum(prompts)') }}
        || ' of the kind that nobody asks twice and nobody follows up' as sentence,
        min(first_seen_at) as observed_from,
        max(last_seen_at) as observed_to
    from account_focus
    group by account_id

),

cluster_findings as (

    select
        'cluster' as entity_type,
        cluster_id as entity_id,
        ln(1 + sum(swept_prompts) / max(cluster_working_accounts)) as value,
        0 as baseline,
        'Together the accounts worked off ' || cast(sum(prompts) as string)
        || ' prompts of shared skeletons, '
        || {{ percent('sum(sweep_share * prompts) / sum(prompts)') }}
        || ' of the kind that nobody asks twice and nobody follows up' as sentence,
        min(first_seen_at) as observed_from,
        max(last_seen_at) as observed_to
    from cluster_focus
    group by cluster_id

),

findings as (

    select * from account_findings
    union all
    select * from cluster_findings

),

final as (

    {{ evidence_rows('findings', 'work_list_sweep') }}

)

select * from final
