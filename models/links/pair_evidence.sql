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

link_weights as (

    select * from {{ ref('link_weights') }}

),

shared as (

    select
        pair_candidates.account_id_a,
        pair_candidates.account_id_b,
        entity_rarity.entity_type,
        entity_rarity.entity_key,
        entity_rarity.entity_accounts,
        entity_rarity.rarity,
        link_weights.link_family,
        link_weights.family_weight_max,
        least(
            link_weights.weight_per_nat * entity_rarity.rarity,
            link_weights.weight_max
        ) as raw_weight,
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
    inner join link_weights
        on entity_rarity.entity_type = link_weights.entity_type

),

accumulated as (

    select
        *,
        sum(raw_weight) over (
            partition by account_id_a, account_id_b, link_family
            order by shared_since, entity_type, entity_key
            rows between unbounded preceding and current row
        ) as family_weight
    from shared

),

-- What a row adds once its family's total is capped.
final as (

    select
        account_id_a,
        account_id_b,
        entity_type,
        entity_key,
        entity_accounts,
        rarity,
        link_family,
        raw_weight,
        least(family_weight, family_weight_max)
        - least(family_weight - raw_weight, family_weight_max) as weight,
        shared_since
    from accumulated

)

select * from final
