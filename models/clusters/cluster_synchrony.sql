-- Whether the accounts of a cluster are active in the same hours more (above 1) or less
-- (below 1) than independent accounts that keep their volume and the population's hours
-- of the week. Variance of the number of active members by hour, over the sum of the
-- members' own variances: short lives vary much by themselves and are no synchrony.
with

active_hours as (

    select distinct
        account_id,
        date_trunc('hour', requested_at) as active_hour
    from {{ ref('requests') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

cluster_totals as (

    select
        cluster_id,
        date_trunc('hour', first_seen_at) as first_hour,
        date_trunc('hour', last_seen_at) as last_hour
    from {{ ref('cluster_totals') }}
    where accounts >= {{ var('load_balancing_accounts_min') }}

),

population_hours as (

    select
        active_hour,
        count(*) as active_accounts
    from active_hours
    group by active_hour

),

-- How an account's hours would be spread over the hours of its cluster.
cluster_spans as (

    select
        cluster_totals.cluster_id,
        population_hours.active_hour,
        population_hours.active_accounts,
        population_hours.active_accounts
        / sum(population_hours.active_accounts) over (
            partition by cluster_totals.cluster_id
        ) as expected_share
    from cluster_totals
    inner join population_hours
        on
            cluster_totals.first_hour <= population_hours.active_hour
            and cluster_totals.last_hour >= population_hours.active_hour

),

span_totals as (

    select
        cluster_id,
        sum(active_accounts) as active_accounts,
        sum(power(expected_share, 2)) as squared_shares
    from cluster_spans
    group by cluster_id

),

member_hours as (

    select
        cluster_assignments.cluster_id,
        cluster_assignments.account_id,
        population_hours.active_hour,
        population_hours.active_accounts
    from active_hours
    inner join cluster_assignments using (account_id)
    inner join population_hours using (active_hour)

),

members as (

    select
        cluster_id,
        account_id,
        count(*) as hours,
        sum(active_accounts) as active_accounts
    from member_hours
    group by cluster_id, account_id

),

-- Sum over all hours of (active - hours * expected_share) squared, multiplied out.
member_variances as (

    select
        members.cluster_id,
        sum(members.hours) as account_hours,
        sum(
            members.hours
            - 2 * members.hours * members.active_accounts / span_totals.active_accounts
            + power(members.hours, 2) * span_totals.squared_shares
        ) as variance
    from members
    inner join span_totals using (cluster_id)
    group by members.cluster_id

),

cluster_hours as (

    select
        cluster_id,
        active_hour,
        count(*) as active_members
    from member_hours
    group by cluster_id, active_hour

),

cluster_variances as (

    select
        cluster_spans.cluster_id,
        sum(
            power(
                coalesce(cluster_hours.active_members, 0)
                - member_variances.account_hours * cluster_spans.expected_share,
                2
            )
        ) as variance
    from cluster_spans
    inner join member_variances using (cluster_id)
    left join cluster_hours
        on
            cluster_spans.cluster_id = cluster_hours.cluster_id
            and cluster_spans.active_hour = cluster_hours.active_hour
    group by cluster_spans.cluster_id

),

final as (

    select
        cluster_variances.cluster_id,
        cluster_variances.variance / member_variances.variance as synchrony_ratio
    from cluster_variances
    inner join member_variances using (cluster_id)
    where member_variances.variance > 0.000001

)

select * from final
