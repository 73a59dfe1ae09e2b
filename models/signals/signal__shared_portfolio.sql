with

cluster_focus as (

    select * from {{ ref('cluster_focus') }}
    where
        shared_prompts > 0
        and cluster_working_accounts >= {{ var('portfolio_accounts_min') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

text_accounts as (

    select
        cluster_assignments.cluster_id,
        count(*) as accounts
    from cluster_assignments
    inner join account_profiles using (account_id)
    where account_profiles.text_requests > 0
    group by cluster_assignments.cluster_id

),

findings as (

    select
        'cluster' as entity_type,
        cluster_focus.cluster_id as entity_id,
        -- skeletons that the average member with text has in common with others
        ln(
            1 + sum(cluster_focus.cluster_working_accounts)
            / max(text_accounts.accounts)
        ) as value,
        0 as baseline,
        'Its ' || cast(max(text_accounts.accounts) as string)
        || ' accounts with text share ' || cast(count(*) as string)
        || ' skeletons, each worked on by '
        || cast(min(cluster_focus.cluster_working_accounts) as string) || ' to '
        || cast(max(cluster_focus.cluster_working_accounts) as string)
        || ' of them' as sentence,
        min(cluster_focus.first_seen_at) as observed_from,
        max(cluster_focus.last_seen_at) as observed_to
    from cluster_focus
    inner join text_accounts using (cluster_id)
    group by cluster_focus.cluster_id

),

final as (

    {{ evidence_rows('findings', 'shared_portfolio') }}

)

select * from final
