-- Whether the accounts of a cluster are active in the same hours more (above 1) or less
-- (below 1) than accounts that keep their volume and the population's hours of the
-- week. Index of dispersion of active accounts by hour.
with

requests as (

    select distinct
        account_id,
        date_trunc('hour', requested_at) as active_hour
    from {{ ref('requests') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

cluster_totals as (

    select * from {{ ref('cluster_totals') }}
    where accounts >= {{ var('load_balancing_accounts_min') }}

),

population_hours as (

    select
        active_hour,
        count(*) / sum(count(*)) over () as activity_share
    from requests
    group by active_hour

),

cluster_hours as (

    select
        cluster_assignments.cluster_id,
        requests.active_hour,
        count(*) as active_accounts
    from requests
    inner join cluster_assignments using (account_id)
    group by cluster_assignments.cluster_id, requests.active_hour

),

cluster_activity as (

    select
        cluster_id,
        sum(active_accounts) as account_hours,
        min(active_hour) as first_hour,
        max(active_hour) as last_hour
    from cluster_hours
    group by cluster_id

),

cluster_spans as (

    select
        cluster_activity.cluster_id,
        cluster_activity.account_hours,
        population_hours.active_hour,
        population_hours.activity_share
        / sum(population_hours.activity_share) over (
            partition by cluster_activity.cluster_id
        ) as expected_share
    from cluster_activity
    inner join population_hours
        on
            cluster_activity.first_hour <= population_hours.active_hour
            and cluster_activity.last_hour >= population_hours.active_hour

),

final as (

    select
        cluster_spans.cluster_id,
        sum(
            power(
                coalesce(cluster_hours.active_accounts, 0)
                - cluster_spans.account_hours * cluster_spans.expected_share,
                2
            )
        )
        / max(cluster_spans.account_hours) as synchrony_ratio
    from cluster_spans
    inner join cluster_totals using (cluster_id)
    left join cluster_hours
        on
            cluster_spans.cluster_id = cluster_hours.cluster_id
            and cluster_spans.active_hour = cluster_hours.active_hour
    group by cluster_spans.cluster_id

)

select * from final
