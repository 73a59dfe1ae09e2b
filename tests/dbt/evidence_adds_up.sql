-- logit(extraction_probability) = prior_log_odds + sum(weight), for every entity.
with

entities as (

    select
        'account' as entity_type,
        account_id as entity_id,
        extraction_probability
    from {{ ref('accounts') }}
    union all
    select
        'cluster' as entity_type,
        cluster_id as entity_id,
        extraction_probability
    from {{ ref('clusters') }}
    union all
    select
        'session' as entity_type,
        session_id as entity_id,
        extraction_probability
    from {{ ref('sessions') }}

),

weights as (

    select
        entity_type,
        entity_id,
        sum(weight) as weight
    from {{ ref('evidence') }}
    group by entity_type, entity_id

)

select
    entities.entity_type,
    entities.entity_id,
    entities.extraction_probability,
    weights.weight
from entities
left join weights
    on
        entities.entity_type = weights.entity_type
        and entities.entity_id = weights.entity_id
where
    abs(
        ln(entities.extraction_probability / (1 - entities.extraction_probability))
        - {{ logit(var('assumed_base_rate')) }}
        - coalesce(weights.weight, 0)
    ) > 1e-6
