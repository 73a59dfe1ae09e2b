-- One row per pair of accounts and thing that both use, with its rarity beyond what is
-- common to strangers. Left out are pairs of one benign group: whether a company is one
-- operator is a matter of taste.
with

shared as (

    select account_id_a, account_id_b, entity_type, rarity from pair_sharing
    union all
    select account_id_a, account_id_b, entity_type, rarity from pool_sharing
    union all
    select account_id_a, account_id_b, entity_type, rarity from rhythm_sharing

),

known as (

    select
        shared.account_id_a,
        shared.account_id_b,
        shared.entity_type,
        greatest(shared.rarity - link_weights.rarity_min, 0) as rarity,
        one.is_extraction
        and other.is_extraction
        and one.group_id = other.group_id as is_one_operator
    from shared
    inner join link_weights using (entity_type)
    inner join truth as one on shared.account_id_a = one.account_id
    inner join truth as other on shared.account_id_b = other.account_id
    where
        one.is_extraction
        or other.is_extraction
        or coalesce(one.group_id <> other.group_id, true)

)

select
    dense_rank() over (order by account_id_a, account_id_b) - 1 as pair_number,
    entity_type,
    cast(rarity as double) as rarity,
    is_one_operator
from known
order by pair_number, entity_type, rarity
