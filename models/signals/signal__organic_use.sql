with

account_profiles as (

    select
        *,
        follow_up_requests / requests as follow_up_share,
        cast(floor(ln(requests) / ln(2)) as bigint) as volume_bucket
    from {{ ref('account_profiles') }}

),

volume_baselines as (

    select * from {{ ref('volume_baselines') }}

),

compared as (

    select
        account_profiles.*,
        volume_baselines.follow_up_share_mean as baseline,
        (account_profiles.follow_up_share - volume_baselines.follow_up_share_mean)
        / volume_baselines.follow_up_share_deviation as standard_score
    from account_profiles
    inner join volume_baselines using (volume_bucket)
    where volume_baselines.follow_up_share_deviation > 0

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        -(standard_score - 1) as value,
        baseline,
        {{ percent('follow_up_share') }}
        || ' of the requests continue a conversation, against '
        || {{ percent('baseline') }}
        || ' in accounts of this volume' as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from compared
    where standard_score > 1

),

final as (

    {{ evidence_rows('findings', 'organic_use') }}

)

select * from final
