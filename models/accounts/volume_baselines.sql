-- What is usual for accounts of about the same volume (a factor of two).
with

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

final as (

    select
        cast(floor(ln(requests) / ln(2)) as bigint) as volume_bucket,
        count(*) as accounts,
        avg(active_hours) as active_hours_mean,
        stddev_samp(active_hours) as active_hours_deviation,
        avg(ln(greatest(devices, 1))) as log_devices_mean,
        stddev_samp(ln(greatest(devices, 1))) as log_devices_deviation,
        avg(follow_up_requests / requests) as follow_up_share_mean,
        stddev_samp(follow_up_requests / requests) as follow_up_share_deviation
    from account_profiles
    group by cast(floor(ln(requests) / ln(2)) as bigint)
    having count(*) >= {{ var('baseline_accounts_min') }}

)

select * from final
