{{ config(materialized='view') }}

with

staged_requests as (

    select * from {{ ref('staged_requests') }}

),

request_exceptions as (

    select * from {{ ref('request_exceptions') }}

),

final as (

    select
        staged_requests.*,
        cast(staged_requests.requested_at as date) as requested_date,
        coalesce(staged_requests.status_code, 200) < 400 as is_served
    from staged_requests
    left join request_exceptions
        on
            staged_requests.file_id = request_exceptions.file_id
            and staged_requests.row_number = request_exceptions.row_number
            and staged_requests.row_part = request_exceptions.row_part
    where
        staged_requests.rejection_reason is null
        and request_exceptions.request_id is null

)

select * from final
