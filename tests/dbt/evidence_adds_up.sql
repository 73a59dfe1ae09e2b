-- logit(extraction_probability) = prior_log_odds + sum(weight), for every entity. The
-- probabilities are compared, because close to 1 a double does not hold the log-odds.
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

),

expected as (

    select
        entities.entity_type,
        entities.entity_id,
        entities.extraction_probability,
        1 / (
            1 + exp(-run_parameters.prior_log_odds - coalesce(weights.weight, 0))
        ) as expected_probability
    from entities
    cross join {{ ref('run_parameters') }} as run_parameters
    left join weights
        on
            entities.entity_type = weights.entity_type
            and entities.entity_id = weights.entity_id

)

select *
from expected
where
    not coalesce(
        abs(extraction_probability - expected_probability)
        <= 1e-9 * least(expected_probability, 1 - expected_probability) + 1e-15,
        false
    )
