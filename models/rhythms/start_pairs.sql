-- Pairs of steady accounts of which one went live soon after the other went live
-- (activation), or soon after the other was banned (handover). Each event is compared
-- with a bounded number of following starts, so the pairs are linear in the number of
-- steady accounts.
with

steady_starts as (

    select * from {{ ref('steady_starts') }}

),

account_bans as (

    select * from {{ ref('account_bans') }}

),

events as (

    select
        account_id,
        'activation' as entity_type,
        first_seen_at as occurred_at
    from steady_starts
    union all
    select
        steady_starts.account_id,
        'handover' as entity_type,
        account_bans.banned_at as occurred_at
    from steady_starts
    inner join account_bans using (account_id)

),

-- The number of starts up to an event is the place of the last of them.
placed_events as (

    select
        *,
        sum(case when entity_type = 'activation' then 1 else 0 end) over (
            order by occurred_at, entity_type, account_id
            rows between unbounded preceding and current row
        ) as place
    from events

),

following as (

    select
        account_id,
        entity_type,
        occurred_at,
        place,
        {{ explode(numbers(var('start_neighbours'))) }} as steps
    from placed_events

),

paired as (

    select
        following.account_id as earlier_account_id,
        steady_starts.account_id as later_account_id,
        following.entity_type,
        following.steps
        + case when following.entity_type = 'activation' then 1 else 0 end
            as observed_accounts,
        {{ seconds_between('following.occurred_at', 'steady_starts.first_seen_at') }}
        / 3600 as hours_apart,
        steady_starts.expected_per_hour,
        steady_starts.first_seen_at as shared_since
    from following
    inner join steady_starts on following.place + following.steps = steady_starts.place
    where following.account_id <> steady_starts.account_id

),

final as (

    select
        least(earlier_account_id, later_account_id) as account_id_a,
        greatest(earlier_account_id, later_account_id) as account_id_b,
        entity_type,
        observed_accounts,
        hours_apart,
        expected_per_hour * hours_apart as expected_accounts,
        shared_since
    from paired
    where hours_apart <= {{ var('start_hours_max') }}

)

select * from final
