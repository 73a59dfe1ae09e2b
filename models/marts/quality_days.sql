with

row_days as (

    select * from {{ ref('row_days') }}
    where quality_date is not null

),

requests as (

    select * from {{ ref('requests') }}

),

completeness as (

    select
        requested_date as quality_date,
        count(*) as accepted_rows,
        count(distinct extract(hour from requested_at)) as hours_with_requests,
        count(prompt_key) / count(*) as text_share,
        count(client_device_id) / count(*) as device_share,
        count(client_session_id) / count(*) as session_share,
        count(client_ip) / count(*) as network_share,
        count(user_agent) / count(*) as user_agent_share,
        count(output_tokens) / count(*) as output_tokens_share,
        count(reasoning_tokens) / count(*) as reasoning_tokens_share
    from requests
    group by requested_date

),

final as (

    select
        row_days.quality_date,
        case
            when
                (row_days.malformed_rows + row_days.conflicting_rows)
                / row_days.rows_read > {{ var('rejected_share_max') }}
                then 'degraded'
            else 'ok'
        end as quality_verdict,
        cast(row_days.rows_read as bigint) as rows_read,
        cast(coalesce(completeness.accepted_rows, 0) as bigint) as accepted_rows,
        cast(row_days.duplicate_rows as bigint) as duplicate_rows,
        cast(row_days.malformed_rows + row_days.conflicting_rows as bigint)
            as rejected_rows,
        cast(coalesce(completeness.hours_with_requests, 0) as bigint)
            as hours_with_requests,
        cast(completeness.text_share as double) as text_share,
        cast(completeness.device_share as double) as device_share,
        cast(completeness.session_share as double) as session_share,
        cast(completeness.network_share as double) as network_share,
        cast(completeness.user_agent_share as double) as user_agent_share,
        cast(completeness.output_tokens_share as double) as output_tokens_share,
        cast(completeness.reasoning_tokens_share as double) as reasoning_tokens_share
    from row_days
    left join completeness using (quality_date)

)

select * from final
