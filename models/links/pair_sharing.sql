with

pair_candidates as (

    select * from {{ ref('pair_candidates') }}

),

shared_entities as (

    select * from {{ ref('shared_entities') }}

),

final as (

    select
        pair_candidates.account_id_a,
        pair_candidates.account_id_b,
        one.entity_type,
        one.entity_key,
        one.entity_accounts,
        one.rarity,
        greatest(one.first_seen_at, other.first_seen_at) as shared_since
    from pair_candidates
    inner join shared_entities as one
        on pair_candidates.account_id_a = one.account_id
    inner join shared_entities as other
        on
            pair_candidates.account_id_b = other.account_id
            and one.entity_type = other.entity_type
            and one.entity_key = other.entity_key

)

select * from final
