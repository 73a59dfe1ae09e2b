{#- One pass over the requests gives all that is compared between days. -#}
with

accepted_requests as (

    select * from {{ ref('accepted_requests') }}

),

known_accounts as (

    select
        account_id,
        access_pathway
    from {{ ref('known_accounts') }}

),

newest_day as (

    select * from {{ ref('newest_day') }}

),

watched as (

    select
        accepted_requests.*,
        known_accounts.access_pathway,
        extract(hour from accepted_requests.requested_at) * 60
        + extract(minute from accepted_requests.requested_at)
        <= extract(hour from newest_day.ends_at) * 60
        + extract(minute from newest_day.ends_at) as is_before_end
    from accepted_requests
    cross join newest_day
    left join known_accounts using (account_id)

),

final as (

    select
        account_id,
        requested_date as quality_date,
        {% for column in quality_columns() %}
        {% set value = column.get('value', column.name) %}
        count({{ value }}) as {{ column.name }}__filled,
        cast(min({{ value }}) as string) as {{ column.name }}__low,
        cast(max({{ value }}) as string) as {{ column.name }}__high,
        {% endfor %}
        count(*) as requests,
        -- as many as the newest day could have by now
        sum(case when is_before_end then 1 else 0 end) as early_requests
    from watched
    group by account_id, requested_date

)

select * from final
