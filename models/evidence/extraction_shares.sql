-- Expected share of an account's requests that serve an extraction, given that the
-- account takes part in one. Where nothing is known, all of its traffic does.
with

account_profiles as (

    select
        account_id,
        requests,
        text_requests
    from {{ ref('account_profiles') }}

),

cluster_assignments as (

    select
        account_id,
        cluster_id
    from {{ ref('cluster_assignments') }}

),

account_work as (

    select
        account_id,
        sum(work_probability) as work_requests,
        sqrt(sum(work_probability * (1 - work_probability))) as work_deviation
    from {{ ref('request_work') }}
    group by account_id

),

shares as (

    select
        account_profiles.account_id,
        coalesce(account_work.work_requests, 0) as work_requests,
        case
            when cluster_assignments.cluster_id is not null
                then account_work.work_requests / account_profiles.requests
            when account_profiles.text_requests > 0
                then
                    coalesce(account_work.work_requests, 0)
                    / account_profiles.text_requests
            else 1
        end as extraction_share,
        coalesce(account_work.work_deviation, 0) / account_profiles.requests
            as deviation
    from account_profiles
    left join cluster_assignments using (account_id)
    left join account_work using (account_id)

),

-- 90% of a normal distribution lie within 1.645 deviations.
final as (

    select
        account_id,
        work_requests,
        least(extraction_share, 1) as extraction_share,
        greatest(extraction_share - 1.645 * deviation, 0) as extraction_share_low,
        least(extraction_share + 1.645 * deviation, 1) as extraction_share_high
    from shares

)

select * from final
