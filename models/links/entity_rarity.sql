with

account_entities as (

    select * from {{ ref('account_entities') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

text_population as (

    select count(*) as accounts
    from account_profiles
    where text_requests > 0

),

-- Accounts that could have shared a thing of this type: for families those with text.
type_accounts as (

    select
        account_entities.entity_type,
        case
            when account_entities.entity_type in ('family', 'work_list')
                then max(text_population.accounts)
            else count(distinct account_entities.account_id)
        end as type_accounts
    from account_entities
    cross join text_population
    group by account_entities.entity_type

),

entity_accounts as (

    select
        entity_type,
        entity_key,
        count(*) as entity_accounts
    from account_entities
    group by entity_type, entity_key
    having count(*) > 1

),

final as (

    select
        entity_accounts.entity_type,
        entity_accounts.entity_key,
        entity_accounts.entity_accounts,
        type_accounts.type_accounts,
        -- surprise, in nats, that a given other account uses it as well
        ln(type_accounts.type_accounts / entity_accounts.entity_accounts) as rarity
    from entity_accounts
    inner join type_accounts using (entity_type)
    -- in a large population that a thing has many accounts does not make it common
    where
        entity_accounts.entity_accounts <= greatest(
            cast({{ var('link_entity_accounts_max') }} as double),
            {{ var('link_entity_share_max') }} * type_accounts.type_accounts
        )

)

select * from final
