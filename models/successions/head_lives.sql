-- Members of clusters as heads: when each was at work, and whose place it took.
with

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

account_bans as (

    select * from {{ ref('account_bans') }}

),

succession_heirs as (

    select * from {{ ref('succession_heirs') }}

),

head_generations as (

    select * from {{ ref('head_generations') }}

),

final as (

    select
        cluster_assignments.cluster_id,
        cluster_assignments.account_id,
        head_generations.generation,
        succession_heirs.predecessor_account_id,
        succession_heirs.delay_hours,
        account_profiles.requests,
        account_profiles.first_seen_at,
        account_profiles.last_seen_at,
        account_bans.banned_at,
        greatest(
            0,
            {{ seconds_between(
                'account_profiles.first_seen_at',
                'coalesce(account_bans.banned_at, account_profiles.last_seen_at)'
            ) }} / 86400
        ) as life_days
    from cluster_assignments
    inner join account_profiles using (account_id)
    inner join head_generations using (account_id)
    left join account_bans using (account_id)
    left join succession_heirs using (account_id)

)

select * from final
