with

promising_pairs as (

    select * from {{ ref('promising_pairs') }}

),

weighed_sharing as (

    select * from {{ ref('weighed_sharing') }}

),

accumulated as (

    select
        weighed_sharing.*,
        promising_pairs.prior_log_odds,
        sum(weighed_sharing.raw_weight) over (
            partition by
                weighed_sharing.account_id_a,
                weighed_sharing.account_id_b,
                weighed_sharing.link_family
            order by
                weighed_sharing.shared_since,
                weighed_sharing.entity_type,
                weighed_sharing.entity_key
            rows between unbounded preceding and current row
        ) as family_weight
    from weighed_sharing
    inner join promising_pairs using (account_id_a, account_id_b)

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
        prior_log_odds,
        least(family_weight, family_weight_max)
        - least(family_weight - raw_weight, family_weight_max) as weight,
        shared_since
    from accumulated

)

select * from final
