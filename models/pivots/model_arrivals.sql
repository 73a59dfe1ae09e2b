-- When models became available: from the release calendar; a model that is missing
-- there arrived when it was first seen, if the log ran for a while without it and many
-- use it.
with

model_releases as (

    select
        model,
        min(released_at) as released_at
    from {{ ref('stg_native__model_releases') }}
    where rejection_reason is null
    group by model

),

seen_models as (

    select
        model,
        count(distinct account_id) as accounts,
        min(requested_at) as first_seen_at
    from {{ ref('requests') }}
    group by model

),

log_span as (

    select * from {{ ref('log_span') }}

),

final as (

    select
        model_releases.model,
        model_releases.released_at
    from model_releases
    inner join log_span
        on
            model_releases.released_at >= log_span.begin_at
            and model_releases.released_at < log_span.end_at
    union all
    select
        seen_models.model,
        seen_models.first_seen_at as released_at
    from seen_models
    cross join log_span
    left join model_releases on seen_models.model = model_releases.model
    where
        model_releases.model is null
        and seen_models.accounts >= {{ var('baseline_accounts_min') }}
        and {{ seconds_between('log_span.begin_at', 'seen_models.first_seen_at') }}
        >= {{ var('pivot_unseen_days_min') }} * 86400

)

select * from final
