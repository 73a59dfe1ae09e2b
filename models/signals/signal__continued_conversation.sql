with

requests as (

    select
        request_id,
        account_id,
        client_session_id,
        prompt_key,
        message_count,
        requested_at
    from {{ ref('requests') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

population as (

    select count(*) as accounts
    from {{ ref('account_profiles') }}

),

-- What a conversation can be recognised by in another account.
turns as (

    select
        *,
        'session ' || client_session_id as conversation_key
    from requests
    where client_session_id is not null
    union all
    select
        *,
        'prompt ' || cast(prompt_key as string) as conversation_key
    from requests
    where prompt_key is not null and message_count is not null

),

shared_conversations as (

    select conversation_key
    from turns
    group by conversation_key
    having min(account_id) < max(account_id)

),

in_order as (

    select
        turns.*,
        lag(turns.account_id) over conversation as previous_account_id,
        lag(turns.message_count) over conversation as previous_message_count,
        lag(turns.requested_at) over conversation as previous_at
    from turns
    inner join shared_conversations using (conversation_key)
    window
        conversation as (
            partition by turns.conversation_key
            order by turns.requested_at, turns.request_id
        )

),

continuations as (

    select distinct
        request_id,
        previous_account_id,
        account_id,
        requested_at
    from in_order
    where
        previous_account_id <> account_id
        and coalesce(message_count, 2) > 1
        and coalesce(message_count, 2) >= coalesce(previous_message_count, 1)
        and {{ seconds_between('previous_at', 'requested_at') }}
        <= 60 * {{ var('continuation_minutes_max') }}

),

cluster_accounts as (

    select
        cluster_id,
        count(*) as accounts
    from cluster_assignments
    group by cluster_id

),

-- Where the conversations that leave a member go on.
cluster_continuations as (

    select
        one.cluster_id,
        count(*) as continued,
        sum(case when one.cluster_id = other.cluster_id then 1 else 0 end)
            as continued_inside,
        min(continuations.requested_at) as first_continued_at,
        max(continuations.requested_at) as last_continued_at
    from continuations
    inner join cluster_assignments as one
        on continuations.previous_account_id = one.account_id
    left join cluster_assignments as other
        on continuations.account_id = other.account_id
    group by one.cluster_id

),

compared as (

    select
        cluster_continuations.*,
        cluster_continuations.continued * (cluster_accounts.accounts - 1)
        / (population.accounts - 1) as expected_inside
    from cluster_continuations
    inner join cluster_accounts using (cluster_id)
    cross join population

),

findings as (

    select
        'cluster' as entity_type,
        cluster_id as entity_id,
        ln((continued_inside + 1) / (expected_inside + 1)) as value,
        expected_inside as baseline,
        cast(continued_inside as string)
        || ' times a conversation of one of its accounts went on in another, '
        || cast(round(expected_inside, 1) as string)
        || ' times would be chance' as sentence,
        first_continued_at as observed_from,
        last_continued_at as observed_to
    from compared
    where
        continued_inside >= {{ var('handovers_min') }}
        and continued_inside > expected_inside

),

final as (

    {{ evidence_rows('findings', 'continued_conversation') }}

)

select * from final
