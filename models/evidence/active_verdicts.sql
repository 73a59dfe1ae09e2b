-- What analysts last found, up to the end of the log. One row per entity.
with

log_span as (

    select * from {{ ref('log_span') }}

),

final as (

    select
        verdicts.entity_type,
        verdicts.entity_id,
        verdicts.verdict,
        verdicts.decided_at
    from {{ ref('stg_native__verdicts') }} as verdicts
    cross join log_span
    where
        verdicts.rejection_reason is null
        and verdicts.verdict in ('extraction', 'benign')
        and verdicts.decided_at <= log_span.end_at
    -- The later one holds; of two at the same time the one that warns.
    qualify row_number() over (
        partition by verdicts.entity_type, verdicts.entity_id
        order by verdicts.decided_at desc, verdicts.verdict desc
    ) = 1

)

select * from final
