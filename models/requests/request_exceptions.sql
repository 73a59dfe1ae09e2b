with

valid_requests as (

    select
        request_id,
        requested_at,
        content_hash,
        file_id,
        row_number,
        row_part
    from {{ ref('staged_requests') }}
    where rejection_reason is null

),

-- Judged anew by each run: what staging says of a row, it says for good.
future_requests as (

    select *
    from valid_requests
    where requested_at > {{ run_start() }} + interval 1 day

),

past_requests as (

    select *
    from valid_requests
    where requested_at <= {{ run_start() }} + interval 1 day

),

repeated_ids as (

    select request_id
    from past_requests
    group by request_id
    having count(*) > 1

),

repeated_requests as (

    select past_requests.*
    from past_requests
    inner join repeated_ids using (request_id)

),

ranked_requests as (

    select
        *,
        row_number() over (
            partition by request_id
            order by requested_at, content_hash, file_id, row_number, row_part
        ) as occurrence,
        first_value(content_hash) over (
            partition by request_id
            order by requested_at, content_hash, file_id, row_number, row_part
        ) as kept_content_hash
    from repeated_requests

),

final as (

    select
        request_id,
        file_id,
        row_number,
        row_part,
        case
            when content_hash = kept_content_hash then 'duplicate'
            else 'conflicting'
        end as disposition
    from ranked_requests
    where occurrence > 1
    union all
    select
        request_id,
        file_id,
        row_number,
        row_part,
        'future' as disposition
    from future_requests

)

select * from final
