-- Suppressions that have not expired at the end of the log. One row per entity.
with

log_span as (

    select * from {{ ref('log_span') }}

),

final as (

    select
        suppressions.entity_type,
        suppressions.entity_id,
        suppressions.reason
    from {{ ref('stg_native__suppressions') }} as suppressions
    cross join log_span
    where
        suppressions.rejection_reason is null
        and (
            suppressions.expires_at is null
            or suppressions.expires_at > log_span.end_at
        )
    qualify row_number() over (
        partition by suppressions.entity_type, suppressions.entity_id
        order by coalesce(suppressions.reason, ''), coalesce(suppressions.owner, '')
    ) = 1

)

select * from final
