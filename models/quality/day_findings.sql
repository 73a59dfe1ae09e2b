-- What is wrong with a day, one row for each thing. `short_reason` goes with scores,
-- `quality_reason` has the figures, and `missing_share` is of rows that are lost.
{% set rejected = '(malformed_rows + conflicting_rows) / rows_read' %}
{% set accepted_days = var('accepted_days') %}
{% set late_hours = var('late_hours') %}

with

row_days as (

    select * from {{ ref('row_days') }}
    where quality_date is not null

),

request_days as (

    select * from {{ ref('request_days') }}

),

newest_day as (

    select * from {{ ref('newest_day') }}

),

usage_days as (

    select * from {{ ref('usage_days') }}

),

rejected_rows as (

    select
        quality_date,
        'rejected' as finding,
        'many rows rejected' as short_reason,
        {{ percent(rejected) }} || ' of the rows were rejected' as quality_reason,
        {{ rejected }} >= {{ var('rejected_share_stop') }}
        and rows_read >= {{ var('quality_rows_min') }} as is_wreck
    from row_days
    where {{ rejected }} > {{ var('rejected_share_max') }}

),

wrong_clocks as (

    select
        quality_date,
        'wrong_clock' as finding,
        'rows with a wrong clock' as short_reason,
        {{ percent('ahead_rows / rows_read') }}
        || ' of the rows are dated more than {{ late_hours }} hours after the rest of'
        || ' their file' as quality_reason,
        false as is_wreck
    from row_days
    where ahead_rows / rows_read > {{ var('clock_skew_share_max') }}

),

missing_hours as (

    select
        quality_date,
        'missing_hours' as finding,
        'hours without requests' as short_reason,
        'no requests in the hours ' || hours || ' UTC, which usually have '
        || cast(cast(round(usual_requests) as bigint) as string) as quality_reason,
        false as is_wreck
    from {{ ref('hour_gaps') }}

),

usual_weights as (

    select
        request_days.quality_date,
        median(earlier.mean_sample_weight) as usual_weight
    from request_days
    inner join request_days as earlier
        on
            request_days.quality_date > earlier.quality_date
            and request_days.quality_date
            <= earlier.quality_date
            + interval {{ 7 * var('quality_history_weeks') }} day
    group by request_days.quality_date
    having count(*) >= {{ var('quality_history_days_min') }}

),

other_weights as (

    select
        quality_date,
        'sample_weight' as finding,
        'another sampling rate' as short_reason,
        'one row stands for '
        || cast(round(request_days.mean_sample_weight, 1) as string)
        || ' requests, usually for '
        || cast(round(usual_weights.usual_weight, 1) as string) as quality_reason,
        false as is_wreck
    from request_days
    inner join usual_weights using (quality_date)
    where
        request_days.mean_sample_weight
        >= {{ var('sample_weight_factor_max') }} * usual_weights.usual_weight
        or usual_weights.usual_weight
        >= {{ var('sample_weight_factor_max') }} * request_days.mean_sample_weight

),

-- The provider's totals decide, where there are any.
missing_usage as (

    select
        quality_date,
        'missing_usage' as finding,
        'rows missing' as short_reason,
        'the log holds ' || {{ percent('request_coverage') }}
        || ' of the requests in usage_totals, usually '
        || {{ percent('usual_coverage') }}
        || coalesce(
            '; of ' || missed_model || ' ' || {{ percent('missed_model_coverage') }}, ''
        ) as quality_reason,
        request_coverage <= (1 - {{ var('missing_share_stop') }}) * usual_coverage
            as is_wreck
    from usage_days
    where
        request_coverage
        < (1 - {{ var('missing_usage_share_max') }}) * usual_coverage

),

missing_traffic as (

    select
        regular_traffic.quality_date,
        'missing_traffic' as finding,
        'rows missing' as short_reason,
        cast(regular_traffic.regular_accounts as string)
        || ' accounts that are always there sent '
        || {{ percent('regular_traffic.regular_share') }}
        || ' of what they sent a week before' as quality_reason,
        regular_traffic.regular_share <= 1 - {{ var('missing_share_stop') }}
            as is_wreck
    from {{ ref('regular_traffic') }} as regular_traffic
    left join usage_days
        on regular_traffic.quality_date = usage_days.quality_date
    where
        usage_days.quality_date is null
        and regular_traffic.regular_share
        < 1 - {{ var('missing_traffic_share_max') }}
        and regular_traffic.regular_share
        < 1 - {{ var('quality_standard_errors') }} * regular_traffic.share_error

),

column_findings as (

    select
        quality_date,
        column_verdict || '_' || column_name as finding,
        column_name
        || case
            when column_verdict = 'missing' then ' missing'
            when is_neutralised then ' the same for everybody, not used'
            else ' the same for everybody'
        end as short_reason,
        quality_reason,
        false as is_wreck,
        column_name
    from {{ ref('column_verdicts') }}
    where column_verdict in ('missing', 'same')

),

findings as (

    {% for findings in [
        'rejected_rows', 'wrong_clocks', 'missing_hours', 'other_weights',
        'missing_usage', 'missing_traffic',
    ] %}
    select
        *,
        cast(null as string) as column_name
    from {{ findings }}
    union all
    {% endfor %}
    select * from column_findings

),

final as (

    select
        findings.*,
        coalesce(
            findings.is_wreck
            and findings.quality_date > newest_day.quality_date
            - interval {{ var('stop_rule_days') }} day
            and findings.quality_date < newest_day.quality_date
            + interval {{ var('stop_rule_days') }} day
            and not {{ is_accepted_day('findings.quality_date', accepted_days) }},
            false
        ) as stops_publication
    from findings
    cross join newest_day

)

select * from final
