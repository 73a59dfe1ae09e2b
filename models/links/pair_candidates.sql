-- Candidate pairs. Of an entity with few accounts all pairs, of a popular one only
-- neighbours in one fixed order of accounts: the number of rows is linear in the
-- number of shared_entities.
with

popular_entities as (

    select * from {{ ref('shared_entities') }}
    where entity_accounts > {{ var('link_all_pairs_accounts_max') }}

),

distances as (

    select {{ explode(numbers(var('link_neighbours'))) }} as distance

),

neighbour_places as (

    select
        popular_entities.account_id,
        popular_entities.entity_type,
        popular_entities.entity_key,
        popular_entities.place + distances.distance as place
    from popular_entities
    cross join distances

),

pairs as (

    select
        account_id_a as one_id,
        account_id_b as other_id
    from {{ ref('small_sharing') }}
    union all
    select
        neighbour_places.account_id as one_id,
        popular_entities.account_id as other_id
    from neighbour_places
    inner join popular_entities
        on
            neighbour_places.entity_type = popular_entities.entity_type
            and neighbour_places.entity_key = popular_entities.entity_key
            and neighbour_places.place = popular_entities.place

),

final as (

    select distinct
        least(one_id, other_id) as account_id_a,
        greatest(one_id, other_id) as account_id_b
    from pairs
    where one_id <> other_id

)

select * from final
