-- Which kinds of evidence the log lets us see of an account.
with

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

final as (

    select
        account_profiles.account_id,
        concat_ws(
            ', ',
            'behaviour',
            case when account_profiles.text_requests > 0 then 'content' end,
            case when account_profiles.text_requests > 0 then 'work_list' end,
            case when account_profiles.text_requests > 0 then 'capability' end,
            case
                when
                    account_profiles.device_requests > 0
                    or account_profiles.ip_requests > 0
                    or account_profiles.payment_fingerprint is not null
                    then 'identity'
            end,
            case when account_profiles.created_at is not null then 'lifecycle' end,
            case
                when cluster_assignments.cluster_id is not null
                    then 'coordination, enforcement'
            end
        ) as evidence_families_seen
    from account_profiles
    left join cluster_assignments using (account_id)

)

select * from final
