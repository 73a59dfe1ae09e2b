-- The three weightiest signals of each account and cluster, in words; of a signal that
-- spoke twice (of the account and of its cluster) the weightier sentence.
with

weighed_findings as (

    select * from {{ ref('weighed_findings') }}
    where weight > 0

),

strongest_findings as (

    select *
    from weighed_findings
    qualify row_number() over (
        partition by entity_type, entity_id, signal
        order by round(weight, 6) desc, coalesce(source_entity_id, '') asc
    ) = 1

),

ranked as (

    select
        entity_type,
        entity_id,
        sentence,
        row_number() over (
            partition by entity_type, entity_id
            order by round(weight, 6) desc, signal asc
        ) as place
    from strongest_findings

),

final as (

    select
        entity_type,
        entity_id,
        {{ joined('sentence', '; ', 'place') }} as top_reasons
    from ranked
    where place <= 3
    group by entity_type, entity_id

)

select * from final
