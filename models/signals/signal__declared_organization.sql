with

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

cluster_organizations as (

    select
        cluster_assignments.cluster_id,
        account_profiles.organization_id,
        count(*) as organization_accounts,
        sum(count(*)) over (partition by cluster_assignments.cluster_id) as accounts,
        min(account_profiles.first_seen_at) as first_seen_at,
        max(account_profiles.last_seen_at) as last_seen_at
    from cluster_assignments
    inner join account_profiles using (account_id)
    group by cluster_assignments.cluster_id, account_profiles.organization_id

),

largest_organizations as (

    select *
    from cluster_organizations
    where organization_id is not null
    qualify row_number() over (
        partition by cluster_id
        order by organization_accounts desc, organization_id asc
    ) = 1

),

findings as (

    select
        'cluster' as entity_type,
        cluster_id as entity_id,
        -organization_accounts / accounts as value,
        0 as baseline,
        cast(organization_accounts as string) || ' of ' || cast(accounts as string)
        || ' accounts are openly of one organization' as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from largest_organizations

),

final as (

    {{ evidence_rows('findings', 'declared_organization') }}

)

select * from final
