with

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

steady_starts as (

    select * from {{ ref('steady_starts') }}

),

population as (

    select count(*) as accounts
    from steady_starts

),

member_starts as (

    select
        cluster_assignments.cluster_id,
        steady_starts.account_id,
        steady_starts.first_seen_at,
        steady_starts.expected_per_hour,
        {{ seconds_between("timestamp '2000-01-01'", 'steady_starts.first_seen_at') }}
        / 3600 as started_hour,
        count(*) over (partition by cluster_assignments.cluster_id) as members
    from cluster_assignments
    inner join steady_starts using (account_id)

),

-- Members that went live in the day that begins with this one.
day_starts as (

    select
        *,
        count(*) over (
            partition by cluster_id
            order by started_hour
            range between current row and 24 following
        ) as joint_starts
    from member_starts

),

-- The busiest of these days, against members that start whenever strangers do.
compared as (

    select
        day_starts.*,
        day_starts.members * least(
            24 * day_starts.expected_per_hour / population.accounts, 1
        ) as expected_starts,
        row_number() over (
            partition by day_starts.cluster_id
            order by
                day_starts.joint_starts desc,
                day_starts.first_seen_at asc,
                day_starts.account_id asc
        ) as day_rank
    from day_starts
    cross join population

),

findings as (

    select
        'cluster' as entity_type,
        cluster_id as entity_id,
        ln(
            (joint_starts + {{ var('joint_activation_pseudo_accounts') }})
            / (expected_starts + {{ var('joint_activation_pseudo_accounts') }})
        ) as value,
        expected_starts as baseline,
        cast(joint_starts as string) || ' of its ' || cast(members as string)
        || ' steady accounts went live within a day, '
        || cast(round(expected_starts, 1) as string)
        || ' would be chance' as sentence,
        first_seen_at as observed_from,
        first_seen_at as observed_to
    from compared
    where day_rank = 1 and joint_starts >= 2 and joint_starts > expected_starts

),

final as (

    {{ evidence_rows('findings', 'joint_activation') }}

)

select * from final
