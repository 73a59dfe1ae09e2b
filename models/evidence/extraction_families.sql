-- Families that an account works on together with others of its cluster, or that look
-- like a work list split between accounts: the part of its traffic that would serve an
-- extraction.
with

account_focus as (

    select * from {{ ref('account_focus') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

cluster_focus as (

    select
        cluster_id,
        family_id
    from {{ ref('cluster_focus') }}

),

final as (

    select
        account_focus.account_id,
        account_focus.family_id,
        account_focus.requests
    from account_focus
    left join cluster_assignments using (account_id)
    left join cluster_focus
        on
            cluster_assignments.cluster_id = cluster_focus.cluster_id
            and account_focus.family_id = cluster_focus.family_id
    where
        account_focus.shared_prompts > 0
        and (
            cluster_assignments.cluster_id is null
            or cluster_focus.family_id is not null
        )

)

select * from final
