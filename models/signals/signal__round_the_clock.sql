with

account_profiles as (

    select
        *,
        cast(floor(ln(requests) / ln(2)) as bigint) as volume_bucket
    from {{ ref('account_profiles') }}

),

volume_baselines as (

    select * from {{ ref('volume_baselines') }}

),

compared as (

    select
        account_profiles.*,
        volume_baselines.active_hours_mean as baseline,
        (account_profiles.active_hours - volume_baselines.active_hours_mean)
        / volume_baselines.active_hours_deviation as standard_score
    from account_profiles
    inner join volume_baselines using (volume_bucket)
    where volume_baselines.active_hours_deviation > 0

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        standard_score - 1 as value,
        baseline,
        'Active in ' || cast(active_hours as string)
        || ' of the 24 hours of the day, against '
        || cast(round(baseline, 1) as string)
        || ' in accounts of this volume' as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from compared
    where standard_score > 1 and active_hours >= 16

),

final as (

    {{ evidence_rows('findings', 'round_the_clock') }}

)

select * from final
