with

account_profiles as (

    select
        account_id,
        created_at,
        cast(created_at as date) as created_date
    from {{ ref('account_profiles') }}
    where created_at is not null

),

created_accounts as (

    select count(*) as accounts from account_profiles

),

created_days as (

    select
        account_profiles.created_date,
        count(*) / max(created_accounts.accounts) as population_share
    from account_profiles
    cross join created_accounts
    group by account_profiles.created_date

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

members as (

    select
        cluster_assignments.cluster_id,
        account_profiles.*,
        created_days.population_share,
        count(*) over (
            partition by cluster_assignments.cluster_id, account_profiles.created_date
        ) - 1 as born_together,
        count(*) over (partition by cluster_assignments.cluster_id) - 1 as others
    from account_profiles
    inner join cluster_assignments using (account_id)
    inner join created_days
        on account_profiles.created_date = created_days.created_date

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        ln((born_together + 1) / (others * population_share + 1)) as value,
        others * population_share as baseline,
        'Created on the same day as ' || cast(born_together as string) || ' of '
        || cast(others as string) || ' other accounts of its cluster' as sentence,
        created_at as observed_from,
        created_at as observed_to
    from members
    where born_together > others * population_share

),

final as (

    {{ evidence_rows('findings', 'signup_burst') }}

)

select * from final
