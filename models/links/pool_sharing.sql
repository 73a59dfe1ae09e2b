-- Pairs of candidates that work on one list of which the accounts are one pool.
with

pair_sharing as (

    select * from {{ ref('pair_sharing') }}
    where entity_type = 'work_list'

),

work_list_pools as (

    select * from {{ ref('work_list_pools') }}

),

final as (

    select
        pair_sharing.account_id_a,
        pair_sharing.account_id_b,
        'pool' as entity_type,
        pair_sharing.entity_key,
        pair_sharing.entity_accounts,
        work_list_pools.enrichment as rarity,
        pair_sharing.shared_since
    from pair_sharing
    inner join work_list_pools using (entity_key)
    -- a pair counts the pool that is most certain
    qualify row_number() over (
        partition by pair_sharing.account_id_a, pair_sharing.account_id_b
        order by round(work_list_pools.enrichment, 6) desc, pair_sharing.entity_key asc
    ) = 1

)

select * from final
