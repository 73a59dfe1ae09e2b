-- Hours without a request that had some on each of the last seven days, up to the end
-- of the log.
with

accepted_requests as (

    select * from {{ ref('accepted_requests') }}

),

newest_day as (

    select * from {{ ref('newest_day') }}

),

request_hours as (

    select
        date_trunc('hour', requested_at) as hour_at,
        count(*) as requests
    from accepted_requests
    group by date_trunc('hour', requested_at)

),

-- An hour is expected when it is a week of days since its first, and none was empty.
expected_hours as (

    {% for days in range(1, 8) %}
    select
        hour_at + interval {{ days }} day as hour_at,
        requests
    from request_hours
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

usual_hours as (

    select
        hour_at,
        avg(requests) as usual_requests
    from expected_hours
    group by hour_at
    having count(*) = 7 and avg(requests) >= {{ var('gap_hour_requests_min') }}

),

final as (

    select
        cast(usual_hours.hour_at as date) as quality_date,
        count(*) as missing_hours,
        sum(usual_hours.usual_requests) as usual_requests,
        {{ joined(
            "lpad(cast(extract(hour from usual_hours.hour_at) as string), 2, '0')",
            ', ', 'usual_hours.hour_at'
        ) }} as hours
    from usual_hours
    inner join newest_day
        on usual_hours.hour_at < date_trunc('hour', newest_day.ends_at)
    left join request_hours on usual_hours.hour_at = request_hours.hour_at
    where request_hours.hour_at is null
    group by cast(usual_hours.hour_at as date)

)

select * from final
