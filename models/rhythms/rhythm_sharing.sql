-- What pairs of steady accounts have in common in time and size, as nats: how much
-- denser starts are between theirs than usual, how few strangers would have started so
-- soon after a ban, how few random pairs are as alike.
with

start_pairs as (

    select * from {{ ref('start_pairs') }}

),

profile_affinities as (

    select * from {{ ref('profile_affinities') }}

),

population as (

    select max(population_accounts) as accounts
    from {{ ref('account_profiles') }}

),

starts as (

    select
        start_pairs.account_id_a,
        start_pairs.account_id_b,
        start_pairs.entity_type,
        start_pairs.observed_accounts as entity_accounts,
        case start_pairs.entity_type
            when 'activation'
                then ln(
                    (start_pairs.observed_accounts + 1)
                    / (start_pairs.expected_accounts + 1)
                )
            else ln(population.accounts / greatest(start_pairs.expected_accounts, 1))
        end as rarity,
        start_pairs.shared_since
    from start_pairs
    cross join population

),

profiles as (

    select
        start_pairs.account_id_a,
        start_pairs.account_id_b,
        'profile' as entity_type,
        cast(null as bigint) as entity_accounts,
        -ln(min(profile_affinities.chance)) as rarity,
        min(start_pairs.shared_since) as shared_since
    from start_pairs
    inner join profile_affinities
        on
            start_pairs.account_id_a = profile_affinities.account_id_a
            and start_pairs.account_id_b = profile_affinities.account_id_b
    group by start_pairs.account_id_a, start_pairs.account_id_b

),

shared as (

    select * from starts
    where rarity > 0
    union all
    select * from profiles

),

final as (

    select
        account_id_a,
        account_id_b,
        entity_type,
        md5(account_id_a || '|' || account_id_b) as entity_key,
        entity_accounts,
        rarity,
        shared_since
    from shared

)

select * from final
