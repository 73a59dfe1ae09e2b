-- What was wrong with the requests of an account on a day. What is wrong with a column
-- concerns only accounts whose values are missing, or no longer count.
with

day_findings as (

    select * from {{ ref('day_findings') }}

),

account_day_values as (

    select * from {{ ref('account_day_values') }}

),

found as (

    select
        account_day_values.account_id,
        account_day_values.quality_date,
        account_day_values.requests,
        day_findings.short_reason,
        day_findings.finding,
        case day_findings.column_name
            {%- for column in quality_columns() %}
            when '{{ column.name }}' then account_day_values.{{ column.name }}__filled
            {%- endfor %}
        end as filled
    from day_findings
    inner join account_day_values
        on day_findings.quality_date = account_day_values.quality_date

),

final as (

    select
        account_id,
        quality_date,
        requests,
        short_reason
    from found
    where
        filled is null
        or (finding like 'missing%' and filled < requests)
        or (finding like 'same%' and filled > 0)

)

select * from final
