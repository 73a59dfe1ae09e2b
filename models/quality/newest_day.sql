-- Where the log ends: its last day with enough accounts or rows to be one, and the time
-- of the last request on it. Stray rows with a wrong clock are no day.
with

days as (

    select
        quality_date,
        ends_at
    from {{ ref('request_days') }}
    where
        accounts >= {{ var('quality_accounts_min') }}
        or accepted_rows >= {{ var('quality_rows_min') }}

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
