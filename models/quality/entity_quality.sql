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

all_findings as (

    select * from account_findings
    union all
    select * from cluster_findings

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

judged as (

    select
        bad_requests.entity_type,
        bad_requests.entity_id,
        {{ percent('bad_requests.requests / entity_requests.requests') }}
        || ' of its requests fell on days with: '
        || joined_reasons.reasons as quality_reason
    from bad_requests
    inner join joined_reasons using (entity_type, entity_id)
    inner join entity_requests using (entity_type, entity_id)
    where
        bad_requests.requests
        >= {{ var('degraded_requests_share_min') }} * entity_requests.requests

),

finding_days as (

    select
        account_id,
        quality_date,
        min(short_reason) as first_reason,
        max(short_reason) as last_reason
    from entity_findings
    group by account_id, quality_date

),

-- Most days have one finding; lists are made for the others only.
listed_reasons as (

    select distinct
        entity_findings.account_id,
        entity_findings.quality_date,
        entity_findings.short_reason
    from entity_findings
    inner join finding_days using (account_id, quality_date)
    where finding_days.first_reason <> finding_days.last_reason

),

lists as (

    select
        account_id,
        quality_date,
        {{ joined(
            "short_reason || ' on ' || cast(quality_date as string)",
            '; ',
            'short_reason',
        ) }} as reasons
    from listed_reasons
    group by account_id, quality_date

),

-- A session is judged as a whole, by the day on which it began.
judged_sessions as (

    select
        'session' as entity_type,
        session_profiles.session_id as entity_id,
        '100% of its requests fell on days with: ' || coalesce(
            lists.reasons,
            finding_days.first_reason || ' on '
            || cast(finding_days.quality_date as string)
        ) as quality_reason
    from session_profiles
    inner join finding_days
        on
            session_profiles.account_id = finding_days.account_id
            and cast(session_profiles.started_at as date)
            = finding_days.quality_date
    left join lists
        on
            finding_days.account_id = lists.account_id
            and finding_days.quality_date = lists.quality_date

),

all_judged as (

    select * from judged
    union all
    select * from judged_sessions

),

final as (

    select
        entity_type,
        entity_id,
        'degraded' as quality_verdict,
        quality_reason
    from all_judged

)

select * from final
