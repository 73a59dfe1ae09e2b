-- How an account came to its end: a ban in force, or what its owner did and after which
-- it sent nothing more. A key that is rotated while its account goes on is no end.
with

account_bans as (

    select * from {{ ref('account_bans') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

owner_events as (

    select
        enforcement_events.account_id,
        enforcement_events.action,
        enforcement_events.occurred_at
    from {{ ref('enforcement_events') }} as enforcement_events
    inner join account_profiles using (account_id)
    where
        enforcement_events.action in (
            'key_rotated', 'key_revoked', 'closed_by_owner', 'payment_failed'
        )
        and enforcement_events.occurred_at >= account_profiles.last_seen_at

),

ends as (

    select
        account_id,
        'banned' as action,
        banned_at as ended_at
    from account_bans
    union all
    select
        owner_events.account_id,
        owner_events.action,
        owner_events.occurred_at as ended_at
    from owner_events
    left join account_bans using (account_id)
    where account_bans.account_id is null

),

final as (

    select
        account_id,
        action,
        ended_at,
        action = 'banned' as is_ban
    from ends
    qualify row_number() over (
        partition by account_id
        order by ended_at, action
    ) = 1

)

select * from final
