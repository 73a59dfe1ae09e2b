-- How many accounts had which value on a day: the lowest and the highest of each
-- account, which are all of the values of an account that has one or two.
with

account_day_values as (

    select * from {{ ref('account_day_values') }}

),

{% for column in quality_columns() %}
{{ column.name }}_lowest as (

    select
        quality_date,
        '{{ column.name }}' as column_name,
        {{ column.name }}__low as column_value
    from account_day_values
    where {{ column.name }}__low is not null

),

{{ column.name }}_highest as (

    select
        quality_date,
        '{{ column.name }}' as column_name,
        {{ column.name }}__high as column_value
    from account_day_values
    where {{ column.name }}__high <> {{ column.name }}__low

),

{% endfor %}

account_values as (

    {% for column in quality_columns() %}
    select * from {{ column.name }}_lowest
    union all
    select * from {{ column.name }}_highest
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
