-- Pairs of steady accounts of which one went live soon after the other went live
-- (activation), or soon after the other was banned (handover). Each event is compared
-- with a bounded number of following starts, and each start with as many random ones of
-- its day, so the pairs are linear in the number of steady accounts. The random ones
-- keep a large pool from being a chain that could be cut anywhere.
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
        *,
        {{ explode(numbers(var('start_neighbours'))) }} as steps
    from placed_events

),

next_starts as (

    select
        following.account_id as earlier_account_id,
        following.entity_type,
        following.occurred_at,
        steady_starts.account_id as later_account_id
    from following
    inner join steady_starts on following.place + following.steps = steady_starts.place
    where following.account_id <> steady_starts.account_id

),

-- Days are cut at midnight and at noon, so that no cut parts two neighbours.
days as (

    {% for cut, shift in [('midnight', 0), ('noon', 12)] %}
    select
        account_id,
        place,
        first_seen_at,
        '{{ cut }}' as cut,
        floor((hours_into_log + {{ shift }}) / 24) as day_number
    from steady_starts
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

shuffled_days as (

    select
        *,
        row_number() over (
            partition by cut, day_number
            order by md5(account_id), account_id
        ) as shuffled_place
    from days

),

shuffled_steps as (

    select
        *,
        {{ explode(numbers(var('start_neighbours'))) }} as steps
    from shuffled_days

),

same_day_starts as (

    select
        case
            when shuffled_steps.place < other.place then shuffled_steps.account_id
            else other.account_id
        end as earlier_account_id,
        'activation' as entity_type,
        least(shuffled_steps.first_seen_at, other.first_seen_at) as occurred_at,
        case
            when shuffled_steps.place < other.place then other.account_id
            else shuffled_steps.account_id
        end as later_account_id
    from shuffled_steps
    inner join shuffled_days as other
        on
            shuffled_steps.cut = other.cut
            and shuffled_steps.day_number = other.day_number
            and shuffled_steps.shuffled_place + shuffled_steps.steps
            = other.shuffled_place

),

-- A start that is both next and of the same day is one pair.
paired as (

    select * from next_starts
    union
    select * from same_day_starts

),

measured as (

    select
        paired.earlier_account_id,
        paired.later_account_id,
        paired.entity_type,
        placed_events.place as earlier_place,
        later.place as later_place,
        {{ seconds_between('paired.occurred_at', 'later.first_seen_at') }} / 3600
            as hours_apart,
        later.expected_per_hour,
        later.first_seen_at as shared_since
    from paired
    inner join placed_events
        on
            paired.earlier_account_id = placed_events.account_id
            and paired.entity_type = placed_events.entity_type
    inner join steady_starts as later on paired.later_account_id = later.account_id

),

final as (

    select
        least(earlier_account_id, later_account_id) as account_id_a,
        greatest(earlier_account_id, later_account_id) as account_id_b,
        entity_type,
        -- both count as starts, but a ban is none
        later_place - earlier_place
        + case when entity_type = 'activation' then 1 else 0 end as observed_accounts,
        hours_apart,
        expected_per_hour * hours_apart as expected_accounts,
        shared_since
    from measured
    where hours_apart <= {{ var('start_hours_max') }}

)

select * from final
