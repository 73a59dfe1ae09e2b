-- Input rows by day and by what became of them. Rows without a readable time have a
-- null day.
with

staged_requests as (

    select * from {{ ref('staged_requests') }}

),

request_exceptions as (

    select * from {{ ref('request_exceptions') }}

),

final as (

    select
        cast(staged_requests.requested_at as date) as quality_date,
        count(*) as rows_read,
        sum(case when staged_requests.rejection_reason is not null then 1 else 0 end)
            as malformed_rows,
        sum(case when request_exceptions.disposition = 'conflicting' then 1 else 0 end)
            as conflicting_rows,
        sum(case when request_exceptions.disposition = 'duplicate' then 1 else 0 end)
            as duplicate_rows
    from staged_requests
    left join request_exceptions
        on
            staged_requests.file_id = request_exceptions.file_id
            and staged_requests.row_number = request_exceptions.row_number
            and staged_requests.row_part = request_exceptions.row_part
    group by cast(staged_requests.requested_at as date)

)

select * from final
