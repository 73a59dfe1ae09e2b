-- What a cluster does each day, in three aspects. Days of which a part is missing are
-- left out: the last one of the log, and the first and the last of the cluster.
with

requests as (

    select
        request_id,
        account_id,
        requested_date,
        access_channel
    from {{ ref('requests') }}

),

request_purposes as (

    select
        request_id,
        capability
    from {{ ref('request_purposes') }}

),

cluster_assignments as (

    select
        account_id,
        cluster_id
    from {{ ref('cluster_assignments') }}

),

cluster_totals as (

    select
        cluster_id,
        requests,
        first_seen_at,
        last_seen_at
    from {{ ref('cluster_totals') }}

),

suspected_clusters as (

    select entity_id as cluster_id
    from {{ ref('entity_scores') }}
    where entity_type = 'cluster' and risk_band <> 'minimal'

),

-- Of few requests a day one more is a large change.
cluster_spans as (

    select
        cluster_totals.cluster_id,
        cast(cluster_totals.first_seen_at as date) as first_date,
        cast(cluster_totals.last_seen_at as date) as last_date
    from cluster_totals
    inner join suspected_clusters using (cluster_id)
    where
        cluster_totals.requests
        >= {{ var('phase_daily_requests_min') }}
        * {{ seconds_between(
            'cluster_totals.first_seen_at', 'cluster_totals.last_seen_at'
        ) }} / 86400

),

-- Counted before the days are looked at: a join by spans of days would pair each
-- request with each cluster.
member_days as (

    select
        cluster_assignments.cluster_id,
        requests.requested_date as activity_date,
        requests.access_channel,
        request_purposes.capability,
        count(*) as requests
    from requests
    inner join cluster_assignments using (account_id)
    left join request_purposes using (request_id)
    group by
        cluster_assignments.cluster_id,
        requests.requested_date,
        requests.access_channel,
        request_purposes.capability

),

whole_days as (

    select member_days.*
    from member_days
    inner join cluster_spans using (cluster_id)
    where
        member_days.activity_date > cluster_spans.first_date
        and member_days.activity_date < cluster_spans.last_date

),

activity as (

    select
        cluster_id,
        'volume' as aspect,
        activity_date,
        'requests' as category,
        requests
    from whole_days
    union all
    select
        cluster_id,
        'capability' as aspect,
        activity_date,
        capability as category,
        requests
    from whole_days
    where capability is not null
    union all
    select
        cluster_id,
        'channel' as aspect,
        activity_date,
        access_channel as category,
        requests
    from whole_days
    where access_channel is not null

),

counted as (

    select
        cluster_id,
        aspect,
        activity_date,
        category,
        sum(requests) as requests
    from activity
    group by cluster_id, aspect, activity_date, category

),

final as (

    select
        cluster_id,
        aspect,
        category,
        activity_date,
        cast(
            {{ seconds_between(
                "timestamp '1970-01-01 00:00:00'", 'cast(activity_date as timestamp)'
            ) }} / 86400 as bigint
        ) as day_number,
        cast(
            dense_rank() over (
                partition by cluster_id, aspect
                order by category
            ) as bigint
        ) as category_number,
        cast(requests as bigint) as requests
    from counted

)

select * from final
