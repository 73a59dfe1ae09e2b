-- From when to when the log goes. A handful of rows with a wrong clock neither begin
-- nor end it: it goes from the day before its first to the day after its last day with
-- accounts or rows enough to be one, and where there is none, over all days. It never
-- ends after the run has started.
with

request_days as (

    select * from {{ ref('request_days') }}

),

populated_days as (

    select
        min(quality_date) as first_date,
        max(quality_date) as last_date
    from request_days
    where
        accounts >= {{ var('quality_accounts_min') }}
        or accepted_rows >= {{ var('quality_rows_min') }}

),

final as (

    select
        min(request_days.begins_at) as begin_at,
        least(max(request_days.ends_at), {{ run_start() }}) as end_at
    from request_days
    cross join populated_days
    where
        populated_days.first_date is null
        or request_days.quality_date
        between populated_days.first_date - interval 1 day
        and populated_days.last_date + interval 1 day

)

select * from final
