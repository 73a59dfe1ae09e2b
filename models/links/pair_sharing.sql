with

pair_candidates as (

    select * from {{ ref('pair_candidates') }}

),

account_entities as (

    select * from {{ ref('account_entities') }}

),

entity_rarity as (

    select * from {{ ref('entity_rarity') }}

),

final as (

    select
        pair_candidates.account_id_a,
        pair_candidates.account_id_b,
        entity_rarity.entity_type,
        entity_rarity.entity_key,
        entity_rarity.entity_accounts,
        entity_rarity.rarity,
        greatest(one.first_seen_at, other.first_seen_at) as shared_since
    from pair_candidates
    inner join account_entities as one
        on pair_candidates.account_id_a = one.account_id
    inner join entity_rarity
        on
            one.entity_type = entity_rarity.entity_type
            and one.entity_key = entity_rarity.entity_key
    inner join account_entities as other
        on
            pair_candidates.account_id_b = other.account_id
            and one.entity_type = other.entity_type
            and one.entity_key = other.entity_key

)

select * from final
