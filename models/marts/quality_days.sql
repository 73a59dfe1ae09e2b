with

row_days as (

    select * from {{ ref('row_days') }}
    where quality_date is not null

),

request_days as (

    select * from {{ ref('request_days') }}

),

hour_gaps as (

    select * from {{ ref('hour_gaps') }}

),

regular_traffic as (

    select * from {{ ref('regular_traffic') }}

),

usage_days as (

    select * from {{ ref('usage_days') }}

),

day_findings as (

    select
        quality_date,
        max(case when stops_publication then 1 else 0 end) = 1 as stops_publication,
        {{ joined('quality_reason', '; ', 'finding') }} as quality_reason
    from {{ ref('day_findings') }}
    group by quality_date

),

column_verdicts as (

    select
        quality_date,
        sum(case when column_verdict in ('missing', 'same') then 1 else 0 end)
            as suspect_columns,
        sum(case when column_verdict = 'drifted' then 1 else 0 end) as drifted_columns
    from {{ ref('column_verdicts') }}
    group by quality_date

),

-- Days without a row are there where some were expected.
days as (

    select quality_date from row_days
    union
    select quality_date from day_findings

),

final as (

    select
        days.quality_date,
        case
            when day_findings.quality_date is not null then 'degraded'
            else 'ok'
        end as quality_verdict,
        day_findings.quality_reason,
        coalesce(day_findings.stops_publication, false) as stops_publication,
        cast(coalesce(row_days.rows_read, 0) as bigint) as rows_read,
        cast(coalesce(request_days.accepted_rows, 0) as bigint) as accepted_rows,
        cast(coalesce(row_days.duplicate_rows, 0) as bigint) as duplicate_rows,
        cast(
            coalesce(row_days.malformed_rows + row_days.conflicting_rows, 0) as bigint
        ) as rejected_rows,
        cast(coalesce(row_days.late_rows, 0) as bigint) as late_rows,
        cast(coalesce(row_days.ahead_rows, 0) as bigint) as clock_skew_rows,
        cast(coalesce(request_days.hours_with_requests, 0) as bigint)
            as hours_with_requests,
        cast(coalesce(hour_gaps.missing_hours, 0) as bigint) as missing_hours,
        cast(regular_traffic.regular_accounts as bigint) as regular_accounts,
        cast(regular_traffic.regular_share as double) as regular_share,
        cast(coalesce(column_verdicts.suspect_columns, 0) as bigint) as suspect_columns,
        cast(coalesce(column_verdicts.drifted_columns, 0) as bigint) as drifted_columns,
        cast(
            1 - (
                request_days.text_share
                + request_days.device_share
                + request_days.session_share
                + request_days.network_share
                + request_days.user_agent_share
            ) / 5 as double
        ) as missing_evidence_share,
        cast(request_days.text_share as double) as text_share,
        cast(request_days.device_share as double) as device_share,
        cast(request_days.session_share as double) as session_share,
        cast(request_days.network_share as double) as network_share,
        cast(request_days.user_agent_share as double) as user_agent_share,
        cast(request_days.output_tokens_share as double) as output_tokens_share,
        cast(request_days.reasoning_tokens_share as double) as reasoning_tokens_share,
        cast(request_days.sampled_share as double) as sampled_share,
        cast(request_days.mean_sample_weight as double) as mean_sample_weight,
        cast(usage_days.usage_requests as bigint) as usage_requests,
        cast(usage_days.request_coverage as double) as request_coverage,
        cast(usage_days.input_token_coverage as double) as input_token_coverage,
        cast(usage_days.output_token_coverage as double) as output_token_coverage
    from days
    left join row_days using (quality_date)
    left join request_days using (quality_date)
    left join hour_gaps using (quality_date)
    left join regular_traffic using (quality_date)
    left join usage_days using (quality_date)
    left join day_findings using (quality_date)
    left join column_verdicts using (quality_date)

)

select * from final
