with

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

account_scores as (

    select * from {{ ref('entity_scores') }}
    where entity_type = 'account'

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

extraction_shares as (

    select * from {{ ref('extraction_shares') }}

),

top_reasons as (

    select * from {{ ref('top_reasons') }}
    where entity_type = 'account'

),

account_sights as (

    select * from {{ ref('account_sights') }}

),

account_bans as (

    select * from {{ ref('account_bans') }}

),

active_suppressions as (

    select * from {{ ref('active_suppressions') }}
    where entity_type = 'account'

),

account_quality as (

    select * from {{ ref('entity_quality') }}
    where entity_type = 'account'

),

final as (

    select
        account_profiles.account_id,
        cluster_assignments.cluster_id,
        account_profiles.organization_id,
        account_profiles.access_pathway,
        account_scores.risk_band,
        top_reasons.top_reasons,
        account_sights.evidence_families_seen,
        active_suppressions.reason as suppression_reason,
        coalesce(account_quality.quality_verdict, 'ok') as quality_verdict,
        account_quality.quality_reason,
        account_scores.extraction_probability,
        account_scores.risk_score,
        case
            when account_scores.risk_band <> 'minimal'
                then extraction_shares.extraction_share
        end as extraction_share,
        case
            when account_scores.risk_band <> 'minimal'
                then extraction_shares.extraction_share_low
        end as extraction_share_low,
        case
            when account_scores.risk_band <> 'minimal'
                then extraction_shares.extraction_share_high
        end as extraction_share_high,
        cast(account_scores.incriminating_families as bigint) as incriminating_families,
        cast(account_profiles.requests as bigint) as requests,
        cast(account_profiles.text_requests as bigint) as text_requests,
        cast(account_profiles.input_tokens as bigint) as input_tokens,
        cast(account_profiles.output_tokens as bigint) as output_tokens,
        cast(account_profiles.reasoning_tokens as bigint) as reasoning_tokens,
        active_suppressions.entity_id is not null as is_suppressed,
        account_profiles.created_at,
        account_bans.banned_at,
        account_profiles.first_seen_at,
        account_profiles.last_seen_at
    from account_profiles
    inner join account_scores on account_profiles.account_id = account_scores.entity_id
    left join cluster_assignments using (account_id)
    left join extraction_shares using (account_id)
    left join top_reasons on account_profiles.account_id = top_reasons.entity_id
    left join account_sights using (account_id)
    left join account_bans using (account_id)
    left join active_suppressions
        on account_profiles.account_id = active_suppressions.entity_id
    left join account_quality
        on account_profiles.account_id = account_quality.entity_id

)

select * from final
