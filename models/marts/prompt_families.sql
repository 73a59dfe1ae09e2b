with

family_profiles as (

    select * from {{ ref('family_profiles') }}

),

family_clusters as (

    select
        family_id,
        count(distinct cluster_id) as clusters
    from {{ ref('cluster_focus') }}
    group by family_id

),

family_work as (

    select
        request_purposes.family_id,
        sum(cast(request_work.is_extraction_like as bigint))
            as extraction_like_requests
    from {{ ref('request_purposes') }} as request_purposes
    inner join {{ ref('request_work') }} as request_work using (request_id)
    where request_purposes.family_id is not null
    group by request_purposes.family_id

),

final as (

    select
        md5(cast(family_profiles.family_id as string)) as family_id,
        -- what only one account wrote is that customer's own text
        case
            when family_profiles.accounts >= {{ var('skeleton_accounts_min') }}
                then family_profiles.skeleton
        end as skeleton,
        family_profiles.capability,
        cast(family_profiles.distinct_prompt_share as double) as distinct_prompt_share,
        cast(family_profiles.divided_prompt_share as double) as divided_prompt_share,
        cast(family_profiles.single_turn_share as double) as single_turn_share,
        cast(family_profiles.requests as bigint) as requests,
        cast(coalesce(family_work.extraction_like_requests, 0) as bigint)
            as extraction_like_requests,
        cast(family_profiles.prompts as bigint) as prompts,
        cast(family_profiles.accounts as bigint) as accounts,
        cast(family_profiles.working_accounts as bigint) as working_accounts,
        cast(coalesce(family_clusters.clusters, 0) as bigint) as clusters,
        family_profiles.first_seen_at,
        family_profiles.last_seen_at
    from family_profiles
    left join family_clusters using (family_id)
    left join family_work using (family_id)

)

select * from final
