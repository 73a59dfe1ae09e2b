-- In each block the most recent ends before an account's first request are its
-- candidates. Ends are numbered by time and joined by groups of numbers, so that the
-- rows read per account and block are at most twice the bound, whatever the size of the
-- block.
{% set ends_max = var('succession_ends_max') %}

with

succession_blocks as (

    select * from {{ ref('succession_blocks') }}

),

account_ends as (

    select * from {{ ref('account_ends') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

first_end as (

    select min(ended_at) as ended_at
    from account_ends

),

block_events as (

    select
        succession_blocks.block_type,
        succession_blocks.block_key,
        succession_blocks.account_id,
        account_ends.ended_at as occurred_at,
        1 as is_end
    from succession_blocks
    inner join account_ends using (account_id)
    union all
    select
        succession_blocks.block_type,
        succession_blocks.block_key,
        succession_blocks.account_id,
        account_profiles.first_seen_at as occurred_at,
        0 as is_end
    from succession_blocks
    inner join account_profiles using (account_id)
    inner join first_end on account_profiles.first_seen_at > first_end.ended_at

),

numbered_events as (

    select
        *,
        -- a first request at the moment of an end comes before it
        sum(is_end) over (
            partition by block_type, block_key
            order by occurred_at, is_end, account_id
            rows between unbounded preceding and current row
        ) as end_number
    from block_events

),

wanted_groups as (

    select
        *,
        floor(end_number / {{ ends_max }}) as end_group
    from numbered_events
    where is_end = 0 and end_number > 0
    union all
    select
        *,
        floor(end_number / {{ ends_max }}) - 1 as end_group
    from numbered_events
    where is_end = 0 and end_number > {{ ends_max }}

),

numbered_ends as (

    select
        *,
        floor(end_number / {{ ends_max }}) as end_group
    from numbered_events
    where is_end = 1

),

block_pairs as (

    select
        numbered_ends.account_id as predecessor_account_id,
        wanted_groups.account_id as successor_account_id,
        numbered_ends.occurred_at as ended_at,
        wanted_groups.occurred_at as first_seen_at,
        max(case when wanted_groups.block_type = 'cluster' then 1 else 0 end)
            as shares_cluster
    from wanted_groups
    inner join numbered_ends
        on
            wanted_groups.block_type = numbered_ends.block_type
            and wanted_groups.block_key = numbered_ends.block_key
            and wanted_groups.end_group = numbered_ends.end_group
    where
        numbered_ends.end_number <= wanted_groups.end_number
        and numbered_ends.end_number > wanted_groups.end_number - {{ ends_max }}
        and numbered_ends.account_id <> wanted_groups.account_id
        and {{ seconds_between(
            'numbered_ends.occurred_at', 'wanted_groups.occurred_at'
        ) }} <= {{ var('succession_window_days') }} * 86400
    group by
        numbered_ends.account_id,
        wanted_groups.account_id,
        numbered_ends.occurred_at,
        wanted_groups.occurred_at

),

final as (

    select
        predecessor_account_id,
        successor_account_id,
        ended_at,
        first_seen_at,
        {{ seconds_between('ended_at', 'first_seen_at') }} / 3600 as delay_hours
    from block_pairs
    qualify row_number() over (
        partition by successor_account_id
        order by
            shares_cluster desc,
            ended_at desc,
            predecessor_account_id asc
    ) <= {{ ends_max }}

)

select * from final
