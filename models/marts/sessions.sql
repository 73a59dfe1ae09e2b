with

session_profiles as (

    select * from {{ ref('session_profiles') }}

),

session_scores as (

    select * from {{ ref('session_scores') }}

),

session_reasons as (

    select
        entity_id,
        {{ joined('sentence', '; ', 'round(weight, 6) desc, signal') }} as top_reasons
    from {{ ref('session_findings') }}
    where weight > 0
    group by entity_id

),

session_quality as (

    select * from {{ ref('entity_quality') }}
    where entity_type = 'session'

),

final as (

    select
        session_profiles.session_id,
        session_profiles.account_id,
        session_profiles.client_session_id,
        session_profiles.models,
        session_profiles.capability_mix,
        session_reasons.top_reasons,
        coalesce(session_quality.quality_verdict, 'ok') as quality_verdict,
        session_quality.quality_reason,
        session_scores.extraction_probability,
        100 * session_scores.extraction_probability as risk_score,
        cast(session_profiles.requests as bigint) as requests,
        cast(session_profiles.text_requests as bigint) as text_requests,
        cast(session_profiles.extraction_like_requests as bigint)
            as extraction_like_requests,
        cast(session_profiles.input_tokens as bigint) as input_tokens,
        cast(session_profiles.output_tokens as bigint) as output_tokens,
        cast(session_profiles.reasoning_tokens as bigint) as reasoning_tokens,
        session_profiles.started_at,
        session_profiles.ended_at
    from session_profiles
    inner join session_scores using (session_id)
    left join session_reasons on session_profiles.session_id = session_reasons.entity_id
    left join session_quality on session_profiles.session_id = session_quality.entity_id

)

select * from final
