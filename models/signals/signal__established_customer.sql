with

log_span as (

    select * from {{ ref('log_span') }}

),

ages as (

    select
        account_profiles.account_id,
        account_profiles.created_at,
        account_profiles.first_seen_at,
        {{ seconds_between('account_profiles.created_at', 'log_span.begin_at') }}
        / 86400 as days_before
    from {{ ref('account_profiles') }} as account_profiles
    cross join log_span
    where account_profiles.created_at < log_span.begin_at

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        -ln(1 + days_before / 30) as value,
        0 as baseline,
        'Account existed ' || cast(cast(round(days_before, 0) as bigint) as string)
        || ' days before the log begins' as sentence,
        created_at as observed_from,
        first_seen_at as observed_to
    from ages

),

final as (

    {{ evidence_rows('findings', 'established_customer') }}

)

select * from final
