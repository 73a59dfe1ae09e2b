-- Whether the log was good enough on the days of an account, session or cluster to
-- trust its score. What is not here is ok.
with

entity_findings as (

    select * from {{ ref('entity_findings') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

session_profiles as (

    select * from {{ ref('session_profiles') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

account_findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        *
    from entity_findings

),

cluster_findings as (

    select
        'cluster' as entity_type,
        cluster_assignments.cluster_id as entity_id,
        entity_findings.*
    from entity_findings
    inner join cluster_assignments using (account_id)

),

-- A session as a whole, on the day on which it began.
session_findings as (

    select
        'session' as entity_type,
        session_profiles.session_id as entity_id,
        entity_findings.account_id,
        entity_findings.quality_date,
        session_profiles.requests,
        entity_findings.short_reason
    from entity_findings
    inner join session_profiles
        on
            entity_findings.account_id = session_profiles.account_id
            and entity_findings.quality_date
            = cast(session_profiles.started_at as date)

),

all_findings as (

    select * from account_findings
    union all
    select * from cluster_findings
    union all
    select * from session_findings

),

bad_days as (

    select
        entity_type,
        entity_id,
        account_id,
        quality_date,
        max(requests) as requests
    from all_findings
    group by entity_type, entity_id, account_id, quality_date

),

bad_requests as (

    select
        entity_type,
        entity_id,
        sum(requests) as requests
    from bad_days
    group by entity_type, entity_id

),

entity_requests as (

    select
        'account' as entity_type,
        account_id as entity_id,
        requests
    from account_profiles
    union all
    select
        'cluster' as entity_type,
        cluster_assignments.cluster_id as entity_id,
        sum(account_profiles.requests) as requests
    from cluster_assignments
    inner join account_profiles using (account_id)
    group by cluster_assignments.cluster_id
    union all
    select
        'session' as entity_type,
        session_id as entity_id,
        requests
    from session_profiles

),

reason_spans as (

    select
        entity_type,
        entity_id,
        short_reason,
        count(distinct quality_date) as days,
        min(quality_date) as first_date,
        max(quality_date) as last_date
    from all_findings
    group by entity_type, entity_id, short_reason

),

reasons as (

    select
        entity_type,
        entity_id,
        short_reason || case
            when days = 1 then ' on ' || cast(first_date as string)
            else
                ' on ' || cast(days as string) || ' days from '
                || cast(first_date as string) || ' to ' || cast(last_date as string)
        end as reason,
        days,
        short_reason
    from reason_spans

),

joined_reasons as (

    select
        entity_type,
        entity_id,
        {{ joined('reason', '; ', 'days desc, short_reason') }} as reasons
    from reasons
    group by entity_type, entity_id

),

final as (

    select
        bad_requests.entity_type,
        bad_requests.entity_id,
        'degraded' as quality_verdict,
        {{ percent('bad_requests.requests / entity_requests.requests') }}
        || ' of its requests fell on days with: '
        || joined_reasons.reasons as quality_reason
    from bad_requests
    inner join joined_reasons using (entity_type, entity_id)
    inner join entity_requests using (entity_type, entity_id)
    where
        bad_requests.requests
        >= {{ var('degraded_requests_share_min') }} * entity_requests.requests

)

select * from final
