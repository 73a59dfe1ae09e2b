-- The three weightiest findings of each account and cluster, in words.
with

ranked as (

    select
        entity_type,
        entity_id,
        sentence,
        row_number() over (
            partition by entity_type, entity_id
            order by round(weight, 6) desc, signal asc, coalesce(source_entity_id, '') asc
        ) as place
    from {{ ref('weighed_findings') }}
    where weight > 0

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
