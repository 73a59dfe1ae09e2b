-- What an account has in common with some others, and how rare that is. Its place in
-- one fixed order of the accounts says which others it is compared with.
with

account_entities as (

    select * from {{ ref('account_entities') }}

),

entity_rarity as (

    select * from {{ ref('entity_rarity') }}

),

final as (

    select
        account_entities.account_id,
        account_entities.entity_type,
        account_entities.entity_key,
        entity_rarity.entity_accounts,
        entity_rarity.rarity,
        account_entities.first_seen_at,
        row_number() over (
            partition by account_entities.entity_type, account_entities.entity_key
            order by md5(account_entities.account_id), account_entities.account_id
        ) as place
    from account_entities
    inner join entity_rarity using (entity_type, entity_key)

)

select * from final
