with

account_profiles as (

    select
        *,
        ln(greatest(devices, 1)) as log_devices,
        cast(floor(ln(requests) / ln(2)) as bigint) as volume_bucket
    from {{ ref('account_profiles') }}

),

volume_baselines as (

    select * from {{ ref('volume_baselines') }}

),

compared as (

    select
        account_profiles.*,
        volume_baselines.log_devices_mean as baseline,
        (account_profiles.log_devices - volume_baselines.log_devices_mean)
        / volume_baselines.log_devices_deviation as standard_score
    from account_profiles
    inner join volume_baselines using (volume_bucket)
    where volume_baselines.log_devices_deviation > 0

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        standard_score - 1 as value,
        baseline,
        'Used from ' || cast(devices as string)
        || ' devices, against ' || cast(round(exp(baseline), 1) as string)
        || ' in accounts of this volume' as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from compared
    where standard_score > 1 and devices >= 3

),

final as (

    {{ evidence_rows('findings', 'client_multiplexing') }}

)

select * from final
