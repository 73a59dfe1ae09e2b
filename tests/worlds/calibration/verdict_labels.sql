-- One row per account that analysts decided, themselves or through its cluster, and one
-- per decision that labels no account. The last decision on an entity counts; `unused`
-- says why a row labels nobody, and is null where it does. Accounts of one cluster are
-- one `unit_id`.
with

decisions as (

    select
        entity_type,
        entity_id,
        lower(trim(verdict)) as verdict
    from stg_native__verdicts
    where rejection_reason is null
    qualify row_number() over (
        partition by entity_type, entity_id
        order by decided_at desc nulls last, file_path desc, "row_number" desc
    ) = 1

),

decided_accounts as (

    select
        decisions.*,
        coalesce(account_profiles.account_id, cluster_member_links.account_id)
            as account_id
    from decisions
    left join account_profiles
        on
            decisions.entity_type = 'account'
            and decisions.entity_id = account_profiles.account_id
    left join cluster_member_links
        on
            decisions.entity_type = 'cluster'
            and decisions.entity_id = cluster_member_links.cluster_id

)

select
    decided_accounts.account_id,
    decided_accounts.entity_type as decided_on,
    decided_accounts.verdict = 'extraction' as is_extraction,
    coalesce(cluster_member_links.cluster_id, decided_accounts.account_id) as unit_id,
    case
        when decided_accounts.entity_type not in ('account', 'cluster')
            then 'on neither an account nor a cluster'
        when decided_accounts.verdict not in ('extraction', 'benign')
            then 'neither extraction nor benign'
        when decided_accounts.account_id is null
            then 'on an account or a cluster that is not there'
        when own_decisions.entity_id is not null
            then 'on a cluster, for a member with a verdict of its own'
    end as unused
from decided_accounts
left join cluster_member_links using (account_id)
left join decisions as own_decisions
    on
        decided_accounts.entity_type = 'cluster'
        and own_decisions.entity_type = 'account'
        and decided_accounts.account_id = own_decisions.entity_id
order by decided_accounts.account_id, decided_accounts.entity_type
