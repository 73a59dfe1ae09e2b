-- Whether the accounts that work on one list also share payment, device or network with
-- each other more often than accounts drawn at random would: the mark of one pool.
with

members as (

    select
        entity_key,
        account_id
    from {{ ref('account_entities') }}
    where entity_type = 'work_list'

),

identity_pairs as (

    select distinct
        account_id_a,
        account_id_b
    from {{ ref('pair_sharing') }}
    where
        entity_type in ('payment', 'device', 'session', 'network', 'signup_network')
        and rarity >= {{ var('pool_identity_rarity_min') }}

),

partners as (

    select
        account_id_a as account_id,
        account_id_b as partner_id
    from identity_pairs
    union all
    select
        account_id_b as account_id,
        account_id_a as partner_id
    from identity_pairs

),

degrees as (

    select
        account_id,
        count(*) as partners
    from partners
    group by account_id

),

population as (

    select count(*) as accounts
    from {{ ref('account_profiles') }}

),

sizes as (

    select
        entity_key,
        count(*) as pool_accounts
    from members
    group by entity_key

),

expected as (

    select
        members.entity_key,
        sizes.pool_accounts,
        sum(
            least(
                coalesce(degrees.partners, 0)
                * (sizes.pool_accounts - 1)
                / population.accounts,
                1
            )
        ) as expected_accounts
    from members
    inner join sizes using (entity_key)
    cross join population
    left join degrees using (account_id)
    group by members.entity_key, sizes.pool_accounts

),

observed as (

    select
        one.entity_key,
        count(distinct one.account_id) as partnered_accounts
    from members as one
    inner join partners on one.account_id = partners.account_id
    inner join members as other
        on
            partners.partner_id = other.account_id
            and one.entity_key = other.entity_key
    group by one.entity_key

),

final as (

    select
        expected.entity_key,
        expected.pool_accounts,
        observed.partnered_accounts,
        expected.expected_accounts,
        ln((observed.partnered_accounts + 1) / (expected.expected_accounts + 1))
            as enrichment
    from expected
    inner join observed using (entity_key)
    where
        expected.pool_accounts >= {{ var('pool_accounts_min') }}
        and observed.partnered_accounts > expected.expected_accounts

)

select * from final
