-- Candidate pairs. Of an entity with few accounts all pairs, of a popular one only
-- neighbours in one fixed order of accounts: the number of rows is linear in the
-- number of shared_entities.
with

shared_entities as (

    select * from {{ ref('shared_entities') }}

),

final as (

    select distinct
        least(one.account_id, other.account_id) as account_id_a,
        greatest(one.account_id, other.account_id) as account_id_b
    from shared_entities as one
    inner join shared_entities as other
        on
            one.entity_type = other.entity_type
            and one.entity_key = other.entity_key
            and one.place < other.place
            and one.account_id <> other.account_id
    where
        one.entity_accounts <= {{ var('link_all_pairs_accounts_max') }}
        or other.place <= one.place + {{ var('link_neighbours') }}

)

select * from final
