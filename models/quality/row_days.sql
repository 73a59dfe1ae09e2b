-- Input rows by day and by what became of them. Rows without a readable time have a
-- null day. Late, or dated by a wrong clock, is what lies far outside of the times of
-- its own file: beyond its quartiles by three times their distance, Tukey's outer fence
-- (Exploratory data analysis, 1977). A file of a whole month has neither.
with

staged_requests as (

    select
        *,
        {{ seconds_between("timestamp '1970-01-01 00:00:00'", 'requested_at') }}
            as requested_second
    from {{ ref('staged_requests') }}

),

request_exceptions as (

    select * from {{ ref('request_exceptions') }}

),

file_quartiles as (

    select
        file_id,
        percentile_cont(0.25) within group (order by requested_second)
            as lower_quartile,
        percentile_cont(0.75) within group (order by requested_second)
            as upper_quartile
    from staged_requests
    where requested_second is not null
    group by file_id

),

file_fences as (

    select
        file_id,
        lower_quartile - greatest(
            3 * (upper_quartile - lower_quartile), 3600 * {{ var('late_hours') }}
        ) as late_before,
        upper_quartile + greatest(
            3 * (upper_quartile - lower_quartile), 3600 * {{ var('late_hours') }}
        ) as ahead_after
    from file_quartiles

),

final as (

    select
        cast(staged_requests.requested_at as date) as quality_date,
        count(*) as rows_read,
        sum(
            case
                when
                    staged_requests.rejection_reason is not null
                    or request_exceptions.disposition = 'future'
                    then 1
                else 0
            end
        ) as malformed_rows,
        sum(case when request_exceptions.disposition = 'conflicting' then 1 else 0 end)
            as conflicting_rows,
        sum(case when request_exceptions.disposition = 'duplicate' then 1 else 0 end)
            as duplicate_rows,
        sum(
            case
                when staged_requests.requested_second < file_fences.late_before then 1
                else 0
            end
        ) as late_rows,
        sum(
            case
                when staged_requests.requested_second > file_fences.ahead_after then 1
                else 0
            end
        ) as ahead_rows
    from staged_requests
    left join file_fences on staged_requests.file_id = file_fences.file_id
    left join request_exceptions
        on
            staged_requests.file_id = request_exceptions.file_id
            and staged_requests.row_number = request_exceptions.row_number
            and staged_requests.row_part = request_exceptions.row_part
    group by cast(staged_requests.requested_at as date)

)

select * from final
