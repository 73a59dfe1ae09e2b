-- Only what could have been linked says something by having no links. Rhythms do not
-- count here: they see no pool that is older than the log.
with

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

findings as (

    select
        'account' as entity_type,
        account_profiles.account_id as entity_id,
        -1 as value,
        0 as baseline,
        'Shares nothing rare enough with any other account' as sentence,
        account_profiles.first_seen_at as observed_from,
        account_profiles.last_seen_at as observed_to
    from account_profiles
    left join cluster_assignments using (account_id)
    where
        cluster_assignments.cluster_id is null
        and (
            account_profiles.text_requests > 0
            or account_profiles.device_requests > 0
            or account_profiles.ip_requests > 0
            or account_profiles.payment_fingerprint is not null
            or account_profiles.signup_ip is not null
        )

),

final as (

    {{ evidence_rows('findings', 'no_links') }}

)

select * from final
