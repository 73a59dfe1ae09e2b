with

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

cluster_totals as (

    select * from {{ ref('cluster_totals') }}

),

account_bans as (

    select * from {{ ref('account_bans') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

population as (

    select
        (count(account_bans.account_id) + 1)
        / (count(account_profiles.account_id) + 100) as banned_share
    from account_profiles
    left join account_bans using (account_id)

),

associates as (

    select
        'account' as entity_type,
        cluster_assignments.account_id as entity_id,
        cluster_totals.accounts - 1 as others,
        cluster_totals.banned_accounts
        - case when account_bans.account_id is null then 0 else 1 end as banned_others,
        cluster_totals.first_seen_at,
        cluster_totals.last_seen_at
    from cluster_assignments
    inner join cluster_totals using (cluster_id)
    left join account_bans using (account_id)
    union all
    select
        'cluster' as entity_type,
        cluster_id as entity_id,
        accounts as others,
        banned_accounts as banned_others,
        first_seen_at,
        last_seen_at
    from cluster_totals

),

findings as (

    select
        associates.entity_type,
        associates.entity_id,
        -- ten imaginary accounts banned at the population's rate: few say little
        ln(
            (associates.banned_others + 10 * population.banned_share)
            / (associates.others + 10)
            / population.banned_share
        ) as value,
        population.banned_share as baseline,
        cast(associates.banned_others as string) || ' of '
        || cast(associates.others as string) || ' linked accounts were banned, against '
        || cast(round(100 * population.banned_share, 1) as string)
        || '% of all accounts' as sentence,
        associates.first_seen_at as observed_from,
        associates.last_seen_at as observed_to
    from associates
    cross join population
    where associates.banned_others > associates.others * population.banned_share

),

final as (

    {{ evidence_rows('findings', 'banned_associates') }}

)

select * from final
