-- Log-odds, probability and band of every account and cluster that is seen.
with

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

cluster_totals as (

    select * from {{ ref('cluster_totals') }}

),

weighed_findings as (

    select * from {{ ref('weighed_findings') }}

),

entities as (

    select
        'account' as entity_type,
        account_id as entity_id
    from account_profiles
    union all
    select
        'cluster' as entity_type,
        cluster_id as entity_id
    from cluster_totals

),

family_weights as (

    select
        entity_type,
        entity_id,
        family,
        sum(weight) as weight
    from weighed_findings
    group by entity_type, entity_id, family

),

entity_weights as (

    select
        entity_type,
        entity_id,
        sum(weight) as weight,
        sum(case when weight >= {{ var('family_weight_min') }} then 1 else 0 end)
            as incriminating_families
    from family_weights
    group by entity_type, entity_id

),

scored as (

    select
        entities.entity_type,
        entities.entity_id,
        coalesce(entity_weights.incriminating_families, 0) as incriminating_families,
        {{ logit(var('assumed_base_rate')) }} + coalesce(entity_weights.weight, 0)
            as log_odds
    from entities
    left join entity_weights
        on
            entities.entity_type = entity_weights.entity_type
            and entities.entity_id = entity_weights.entity_id

),

probabilities as (

    select
        *,
        1 / (1 + exp(-log_odds)) as extraction_probability
    from scored

),

final as (

    select
        *,
        100 * extraction_probability as risk_score,
        case
            when
                extraction_probability >= {{ var('risk_band_critical') }}
                and incriminating_families >= {{ var('enforcing_families_min') }}
                then 'critical'
            when
                extraction_probability >= {{ var('risk_band_high') }}
                and incriminating_families >= {{ var('enforcing_families_min') }}
                then 'high'
            when extraction_probability >= {{ var('risk_band_medium') }} then 'medium'
            when extraction_probability >= {{ var('risk_band_low') }} then 'low'
            else 'minimal'
        end as risk_band
    from probabilities

)

select * from final
