-- What the provider's metering counted on each day that is over, and how much of it the
-- log holds; sampled requests count by their weight.
with

usage_totals as (

    select
        *,
        cast(usage_date as date) as quality_date
    from {{ ref('stg_native__usage_totals') }}
    where rejection_reason is null

),

newest_day as (

    select
        quality_date as newest_date,
        is_over
    from {{ ref('newest_day') }}

),

model_usage as (

    select
        quality_date,
        model,
        sum(requests) as usage_requests,
        sum(input_tokens) as usage_input_tokens,
        sum(output_tokens) as usage_output_tokens
    from usage_totals
    group by quality_date, model

),

logged_models as (

    select
        requested_date as quality_date,
        model,
        sum(coalesce(sample_weight, 1)) as requests,
        sum(coalesce(sample_weight, 1) * input_tokens) as input_tokens,
        sum(coalesce(sample_weight, 1) * output_tokens) as output_tokens
    from {{ ref('accepted_requests') }}
    group by requested_date, model

),

logged_days as (

    select
        quality_date,
        sum(requests) as requests,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens
    from logged_models
    group by quality_date

),

-- The model of which most requests are missing, where totals name models.
model_gaps as (

    select
        model_usage.quality_date,
        model_usage.model,
        coalesce(logged_models.requests, 0) / model_usage.usage_requests
            as model_coverage,
        row_number() over (
            partition by model_usage.quality_date
            order by
                model_usage.usage_requests - coalesce(logged_models.requests, 0) desc,
                model_usage.model
        ) as place
    from model_usage
    left join logged_models
        on
            model_usage.quality_date = logged_models.quality_date
            and model_usage.model = logged_models.model
    where model_usage.model is not null and model_usage.usage_requests > 0

),

day_usage as (

    select
        quality_date,
        sum(usage_requests) as usage_requests,
        sum(usage_input_tokens) as usage_input_tokens,
        sum(usage_output_tokens) as usage_output_tokens
    from model_usage
    group by quality_date

),

coverage as (

    select
        day_usage.*,
        coalesce(logged_days.requests, 0) / nullif(day_usage.usage_requests, 0)
            as request_coverage,
        coalesce(logged_days.input_tokens, 0)
        / nullif(day_usage.usage_input_tokens, 0) as input_token_coverage,
        coalesce(logged_days.output_tokens, 0)
        / nullif(day_usage.usage_output_tokens, 0) as output_token_coverage,
        model_gaps.model as missed_model,
        model_gaps.model_coverage as missed_model_coverage
    from day_usage
    inner join newest_day
        on
            day_usage.quality_date < newest_day.newest_date
            or (day_usage.quality_date = newest_day.newest_date and newest_day.is_over)
    left join logged_days on day_usage.quality_date = logged_days.quality_date
    left join model_gaps
        on day_usage.quality_date = model_gaps.quality_date and model_gaps.place = 1

),

-- A log that never holds all, by what was agreed, is measured by what it usually holds.
usual as (

    select
        coverage.quality_date,
        least(median(earlier.request_coverage), 1) as usual_coverage
    from coverage
    inner join coverage as earlier
        on
            coverage.quality_date > earlier.quality_date
            and coverage.quality_date
            <= earlier.quality_date
            + interval {{ 7 * var('quality_history_weeks') }} day
    group by coverage.quality_date
    having count(*) >= {{ var('quality_history_days_min') }}

),

final as (

    select
        coverage.*,
        coalesce(usual.usual_coverage, 1) as usual_coverage
    from coverage
    left join usual using (quality_date)

)

select * from final
