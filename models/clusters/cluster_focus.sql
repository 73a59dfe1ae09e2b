-- What the accounts of a cluster work on together.
with

account_focus as (

    select * from {{ ref('account_focus') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

final as (

    select
        cluster_assignments.cluster_id,
        account_focus.family_id,
        account_focus.capability,
        account_focus.skeleton,
        account_focus.working_accounts,
        account_focus.sweep_share,
        count(*) as cluster_working_accounts,
        sum(account_focus.prompts) as prompts,
        sum(account_focus.shared_prompts) as shared_prompts,
        sum(account_focus.swept_prompts) as swept_prompts,
        power(sum(account_focus.prompts), 2) / sum(power(account_focus.prompts, 2))
            as effective_accounts,
        min(account_focus.first_seen_at) as first_seen_at,
        max(account_focus.last_seen_at) as last_seen_at
    from account_focus
    inner join cluster_assignments using (account_id)
    group by
        cluster_assignments.cluster_id,
        account_focus.family_id,
        account_focus.capability,
        account_focus.skeleton,
        account_focus.working_accounts,
        account_focus.sweep_share
    having count(*) >= 2

)

select * from final
