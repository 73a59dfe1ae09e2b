-- Days on which columns count as missing, and which. Others have no row.
with

column_verdicts as (

    select * from {{ ref('column_verdicts') }}
    where is_neutralised

),

final as (

    select
        quality_date,
        {% for name in neutralised_columns() %}
        max(case when column_name = '{{ name }}' then 1 else 0 end) = 1 as {{ name }},
        {% endfor %}
        count(*) as neutralised_columns
    from column_verdicts
    group by quality_date

)

select * from final
