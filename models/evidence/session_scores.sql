with

session_profiles as (

    select session_id
    from {{ ref('session_profiles') }}

),

session_weights as (

    select
        entity_id,
        sum(weight) as weight
    from {{ ref('session_findings') }}
    group by entity_id

),

final as (

    select
        session_profiles.session_id,
        1 / (
            1 + exp(
                -(
                    {{ logit(var('assumed_base_rate')) }}
                    + coalesce(session_weights.weight, 0)
                )
            )
        ) as extraction_probability
    from session_profiles
    left join session_weights on session_profiles.session_id = session_weights.entity_id

)

select * from final
