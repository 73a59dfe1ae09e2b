with

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

extraction_requests as (

    select
        account_id,
        sum(requests) as requests
    from {{ ref('extraction_families') }}
    group by account_id

),

account_shares as (

    select
        account_profiles.account_id,
        cluster_assignments.cluster_id,
        account_profiles.text_requests,
        coalesce(extraction_requests.requests, 0) as extraction_requests
    from account_profiles
    left join extraction_requests using (account_id)
    left join cluster_assignments using (account_id)

),

cluster_shares as (

    select
        cluster_id,
        sum(extraction_requests) / sum(text_requests) as extraction_share
    from account_shares
    where cluster_id is not null and text_requests > 0
    group by cluster_id

),

-- An account whose texts are not kept is taken to do what its cluster does; where
-- nothing is known, all of its traffic is.
final as (

    select
        account_shares.account_id,
        case
            when account_shares.text_requests > 0
                then account_shares.extraction_requests / account_shares.text_requests
            else coalesce(cluster_shares.extraction_share, 1)
        end as extraction_share
    from account_shares
    left join cluster_shares using (cluster_id)

)

select * from final
