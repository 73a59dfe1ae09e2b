-- What the accounts of each candidate pair have in common.
with

pair_candidates as (

    select * from {{ ref('pair_candidates') }}

),

popular_entities as (

    select * from {{ ref('shared_entities') }}
    where entity_accounts > {{ var('link_all_pairs_accounts_max') }}

),

popular_things as (

    select
        account_id,
        count(*) as things
    from popular_entities
    group by account_id

),

-- Of each pair the account with fewer popular things is looked up in the other: a
-- popular account is in many pairs and has many things.
ordered_pairs as (

    select
        pair_candidates.account_id_a,
        pair_candidates.account_id_b,
        case
            when things_a.things <= things_b.things then pair_candidates.account_id_a
            else pair_candidates.account_id_b
        end as one_id,
        case
            when things_a.things <= things_b.things then pair_candidates.account_id_b
            else pair_candidates.account_id_a
        end as other_id
    from pair_candidates
    inner join popular_things as things_a
        on pair_candidates.account_id_a = things_a.account_id
    inner join popular_things as things_b
        on pair_candidates.account_id_b = things_b.account_id

),

popular_sharing as (

    select
        ordered_pairs.account_id_a,
        ordered_pairs.account_id_b,
        one.entity_type,
        one.entity_key,
        one.entity_accounts,
        one.rarity,
        greatest(one.first_seen_at, other.first_seen_at) as shared_since
    from ordered_pairs
    inner join popular_entities as one
        on ordered_pairs.one_id = one.account_id
    -- One condition over both, or an optimizer may first pair all accounts of a thing,
    -- which for ten thousand of them are a hundred million rows.
    inner join popular_entities as other
        on
            one.entity_type || one.entity_key || ordered_pairs.other_id
            = other.entity_type || other.entity_key || other.account_id

),

final as (

    select * from {{ ref('small_sharing') }}
    union all
    select * from popular_sharing

)

select * from final
