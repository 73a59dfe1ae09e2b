-- How much of an account's requests shows each trait, and how rare the trait is.
with

request_traits as (

    select * from {{ ref('request_traits') }}

),

known_accounts as (

    select * from {{ ref('known_accounts') }}

),

account_profiles as (

    select account_id
    from {{ ref('account_profiles') }}

),

used as (

    select
        account_id,
        trait_type,
        trait,
        count(*) as requests
    from request_traits
    group by account_id, trait_type, trait
    {% for trait_type, column in account_traits().items() %}
    union all
    select
        account_id,
        '{{ trait_type }}' as trait_type,
        {{ column }} as trait,
        1 as requests
    from known_accounts
    inner join account_profiles using (account_id)
    where {{ column }} <> ''
    {% endfor %}

),

trait_accounts as (

    select
        trait_type,
        trait,
        {{ key_of("trait_type || '|' || trait") }} as trait_key,
        count(*) as accounts
    from used
    group by trait_type, trait

),

type_accounts as (

    select
        trait_type,
        count(distinct account_id) as accounts
    from used
    group by trait_type

),

final as (

    select
        used.account_id,
        used.trait_type,
        trait_accounts.trait_key,
        used.requests / sum(used.requests) over (
            partition by used.account_id, used.trait_type
        ) as request_share,
        -- surprise, in nats, that another account shows it as well
        ln(type_accounts.accounts / trait_accounts.accounts) as rarity
    from used
    inner join trait_accounts using (trait_type, trait)
    inner join type_accounts using (trait_type)

)

select * from final
