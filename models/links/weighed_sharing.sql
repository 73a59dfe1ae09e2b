{{ config(materialized='view') }}

-- What each shared thing says of its pair, before the total of its kind is capped.
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

final as (

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

)

select * from final
