{#-
    A model of how many accounts had which value of these columns on a day: the lowest
    and the highest of each account, which are all that an account of one or two has.
-#}
{% macro value_days(columns) %}
with

account_day_values as (

    select * from {{ ref('account_day_values') }}

),

account_values as (

    {% for column in columns %}
    select
        quality_date,
        '{{ column.name }}' as column_name,
        {{ column.name }}__low as column_value
    from account_day_values
    where {{ column.name }}__low is not null
    union all
    select
        quality_date,
        '{{ column.name }}' as column_name,
        {{ column.name }}__high as column_value
    from account_day_values
    where {{ column.name }}__high <> {{ column.name }}__low
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        quality_date,
        column_name,
        column_value,
        count(*) as accounts
    from account_values
    group by quality_date, column_name, column_value

)

select * from final
{% endmacro %}
