{% set shared_columns = quoted(
    quality_columns() | selectattr('sameness', 'equalto', 'shared')
    | map(attribute='name')
) %}

-- How complete each watched column was on each day, and how much the same for all. Each
-- account counts once, so that no heavy one decides.
with

account_day_values as (

    select * from {{ ref('account_day_values') }}

),

value_days as (

    select * from {{ ref('value_days') }}
    union all
    select * from {{ ref('mix_days') }}

),

{% for column in quality_columns() %}
{{ column.name }}_days as (

    select
        quality_date,
        '{{ column.name }}' as column_name,
        count(*) as accounts,
        sum(case when {{ column.name }}__filled > 0 then 1 else 0 end)
            as filled_accounts,
        sum({{ column.name }}__filled) as filled_requests,
        sum(requests) as requests,
        avg({{ column.name }}__filled / requests) as filled_share
    from account_day_values
    group by quality_date

),

{% endfor %}

completeness as (

    {% for column in quality_columns() %}
    select * from {{ column.name }}_days
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

sameness as (

    select
        quality_date,
        column_name,
        case
            when column_name in ({{ shared_columns }})
                then sum(case when accounts > 1 then accounts else 0 end)
            else max(accounts)
        end / sum(accounts) as same_share
    from value_days
    group by quality_date, column_name

),

final as (

    select
        completeness.*,
        sameness.same_share
    from completeness
    left join sameness using (quality_date, column_name)

)

select * from final
