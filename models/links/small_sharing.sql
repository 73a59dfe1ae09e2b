-- What few accounts have: all of its pairs, so that nothing has to be looked up.
with

small_entities as (

    select * from {{ ref('shared_entities') }}
    where entity_accounts <= {{ var('link_all_pairs_accounts_max') }}

),

final as (

    select
        least(one.account_id, other.account_id) as account_id_a,
        greatest(one.account_id, other.account_id) as account_id_b,
        one.entity_type,
        one.entity_key,
        one.entity_accounts,
        one.rarity,
        greatest(one.first_seen_at, other.first_seen_at) as shared_since
    from small_entities as one
    inner join small_entities as other
        on
            one.entity_type = other.entity_type
            and one.entity_key = other.entity_key
            and one.place < other.place

)

select * from final
