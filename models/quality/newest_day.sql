-- Where the log ends: its last day with enough accounts or rows to be one, and the time
-- of the last request on it. Stray rows with a wrong clock are no day, and none lies in
-- the future.
with

accepted_requests as (

    select * from {{ ref('accepted_requests') }}

),

days as (

    select
        requested_date as quality_date,
        max(requested_at) as ends_at
    from accepted_requests
    where
        requested_at
        <= timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}'
        + interval 1 day
    group by requested_date
    having
        count(distinct account_id) >= {{ var('quality_accounts_min') }}
        or count(*) >= {{ var('quality_rows_min') }}

),

final as (

    select
        max(quality_date) as quality_date,
        max(ends_at) as ends_at,
        -- nothing can be told of a whole day before it is one
        extract(hour from max(ends_at)) = 23 as is_over
    from days

)

select * from final
