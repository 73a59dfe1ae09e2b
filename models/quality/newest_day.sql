-- Where the log ends: its last day with enough accounts to be one, and the time of the
-- last request on it. Stray rows with a wrong clock are no day.
with

accepted_requests as (

    select * from {{ ref('accepted_requests') }}

),

days as (

    select
        requested_date as quality_date,
        max(requested_at) as ends_at
    from accepted_requests
    group by requested_date
    having count(distinct account_id) >= {{ var('quality_accounts_min') }}

),

final as (

    select
        max(quality_date) as quality_date,
        max(ends_at) as ends_at
    from days

)

select * from final
