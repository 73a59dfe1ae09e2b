-- A session inherits what is known of its account, and departs from it by how much of
-- it looks like the work of its account's pool. Sessions of accounts in the minimal
-- band have no findings: they stand at the prior.
with

session_profiles as (

    select * from {{ ref('session_profiles') }}

),

account_scores as (

    select * from {{ ref('entity_scores') }}
    where entity_type = 'account' and risk_band <> 'minimal'

),

extraction_shares as (

    select * from {{ ref('extraction_shares') }}

),

suspected as (

    select
        session_profiles.*,
        account_scores.log_odds
        - {{ logit(var('assumed_base_rate')) }} as account_weight,
        extraction_shares.extraction_share,
        session_profiles.work_requests / session_profiles.requests as session_share
    from session_profiles
    inner join account_scores on session_profiles.account_id = account_scores.entity_id
    inner join extraction_shares using (account_id)

),

account_findings as (

    select
        session_id as entity_id,
        'account_risk' as signal,
        'account' as family,
        account_weight as value,
        account_weight as weight,
        'Session of an account with these odds' as sentence,
        started_at as observed_from,
        ended_at as observed_to,
        account_id as source_entity_id
    from suspected

),

-- One request in a hundred of either kind is assumed, so that a share of 0 or 1 is
-- strong and not infinite.
content_findings as (

    select
        session_id as entity_id,
        'session_content' as signal,
        'content' as family,
        session_share as value,
        ln((session_share + 0.01) / (extraction_share + 0.01)) as weight,
        cast(extraction_like_requests as string) || ' of '
        || cast(requests as string)
        || ' requests look like the work of its pool' as sentence,
        started_at as observed_from,
        ended_at as observed_to,
        cast(null as string) as source_entity_id
    from suspected

),

final as (

    select
        entity_id,
        signal,
        family,
        value,
        cast(0 as double) as baseline,
        weight,
        sentence,
        observed_from,
        observed_to,
        source_entity_id
    from account_findings
    union all
    select
        entity_id,
        signal,
        family,
        value,
        cast(null as double) as baseline,
        weight,
        sentence,
        observed_from,
        observed_to,
        source_entity_id
    from content_findings

)

select * from final
