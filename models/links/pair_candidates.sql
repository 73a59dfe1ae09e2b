-- Candidate pairs. Of an entity with few accounts all pairs, of a popular one only
-- neighbours in one fixed order of accounts: the number of rows is linear in the
-- number of account_entities.
with

account_entities as (

    select * from {{ ref('account_entities') }}

),

entity_rarity as (

    select * from {{ ref('entity_rarity') }}

),

places as (

    select
        account_entities.account_id,
        account_entities.entity_type,
        account_entities.entity_key,
        entity_rarity.entity_accounts,
        row_number() over (
            partition by account_entities.entity_type, account_entities.entity_key
            order by md5(account_entities.account_id), account_entities.account_id
        ) as place
    from account_entities
    inner join entity_rarity
        on
            account_entities.entity_type = entity_rarity.entity_type
            and account_entities.entity_key = entity_rarity.entity_key

),

final as (

    select distinct
        least(one.account_id, other.account_id) as account_id_a,
        greatest(one.account_id, other.account_id) as account_id_b
    from places as one
    inner join places as other
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
