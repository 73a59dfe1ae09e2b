-- The first ban or suspension in force: what happened before an account was reinstated
-- was an error, and is not held against it or its neighbours.
with

enforcement_events as (

    select * from {{ ref('enforcement_events') }}

),

reinstatements as (

    select
        account_id,
        max(occurred_at) as reinstated_at
    from enforcement_events
    where action = 'reinstated'
    group by account_id

),

final as (

    select
        enforcement_events.account_id,
        min(enforcement_events.occurred_at) as banned_at
    from enforcement_events
    left join reinstatements
        on enforcement_events.account_id = reinstatements.account_id
    where
        enforcement_events.action in ('banned', 'suspended')
        and (
            reinstatements.reinstated_at is null
            or enforcement_events.occurred_at > reinstatements.reinstated_at
        )
    group by enforcement_events.account_id

)

select * from final
