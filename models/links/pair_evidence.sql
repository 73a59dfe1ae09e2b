with

link_weights as (

    select * from {{ ref('link_weights') }}

),

shared_things as (

    select * from {{ ref('pair_sharing') }}
    union all
    select * from {{ ref('pool_sharing') }}
    union all
    select * from {{ ref('rhythm_sharing') }}

),

shared as (

    select
        shared_things.*,
        link_weights.link_family,
        link_weights.family_weight_max,
        least(
            link_weights.weight_per_nat
            * greatest(shared_things.rarity - link_weights.rarity_min, 0),
            link_weights.weight_max
        ) as raw_weight
    from shared_things
    inner join link_weights using (entity_type)

),

accumulated as (

    select
        *,
        sum(raw_weight) over (
            partition by account_id_a, account_id_b, link_family
            order by shared_since, entity_type, entity_key
            rows between unbounded preceding and current row
        ) as family_weight
    from shared

),

-- What a row adds once its family's total is capped.
final as (

    select
        account_id_a,
        account_id_b,
        entity_type,
        entity_key,
        entity_accounts,
        rarity,
        link_family,
        raw_weight,
        least(family_weight, family_weight_max)
        - least(family_weight - raw_weight, family_weight_max) as weight,
        shared_since
    from accumulated

)

select * from final
