-- Members of clusters that alerts may be raised for: neither suppressed as a cluster,
-- nor all of them by themselves. What an analyst found counts for what a member's
-- requests stand for.
with

cluster_assignments as (

    select
        account_id,
        cluster_id,
        joined_at
    from {{ ref('cluster_assignments') }}

),

cluster_scores as (

    select
        entity_id as cluster_id,
        risk_band,
        extraction_probability
    from {{ ref('entity_scores') }}
    where entity_type = 'cluster'

),

cluster_verdicts as (

    select
        entity_id as cluster_id,
        verdict,
        decided_at
    from {{ ref('active_verdicts') }}
    where entity_type = 'cluster'

),

account_verdicts as (

    select
        entity_id as account_id,
        verdict,
        decided_at
    from {{ ref('active_verdicts') }}
    where entity_type = 'account'

),

suppressed_clusters as (

    select entity_id as cluster_id
    from {{ ref('active_suppressions') }}
    where entity_type = 'cluster'

),

suppressed_accounts as (

    select entity_id as account_id
    from {{ ref('active_suppressions') }}
    where entity_type = 'account'

),

account_bans as (

    select * from {{ ref('account_bans') }}

),

judged as (

    select
        cluster_assignments.cluster_id,
        cluster_assignments.account_id,
        cluster_assignments.joined_at,
        account_bans.banned_at,
        cluster_scores.risk_band,
        cluster_verdicts.verdict as cluster_verdict,
        cluster_verdicts.decided_at as cluster_decided_at,
        suppressed_accounts.account_id is not null as is_suppressed,
        coalesce(account_verdicts.verdict = 'benign', false) as is_cleared,
        case
            when account_verdicts.verdict = 'benign' then account_verdicts.decided_at
        end as cleared_at,
        case
            when suppressed_accounts.account_id is not null then 0
            when account_verdicts.verdict = 'benign' then 0
            when account_verdicts.verdict = 'extraction' then 1
            when cluster_verdicts.verdict = 'extraction' then 1
            else cluster_scores.extraction_probability
        end as extraction_probability
    from cluster_assignments
    inner join cluster_scores using (cluster_id)
    left join cluster_verdicts using (cluster_id)
    left join account_verdicts
        on cluster_assignments.account_id = account_verdicts.account_id
    left join suppressed_accounts
        on cluster_assignments.account_id = suppressed_accounts.account_id
    left join account_bans
        on cluster_assignments.account_id = account_bans.account_id
    left join suppressed_clusters
        on cluster_assignments.cluster_id = suppressed_clusters.cluster_id
    where suppressed_clusters.cluster_id is null

),

final as (

    select *
    from judged
    qualify min(cast(is_suppressed as int)) over (partition by cluster_id) = 0

)

select * from final
