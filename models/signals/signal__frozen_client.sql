with

requests as (

    select
        account_id,
        client_device_id,
        -- only where the account has no device; a set of all sessions is large
        case when client_device_id is null then client_session_id end
            as client_session_id,
        coalesce(user_agent, '') || '|' || coalesce(tls_fingerprint, '') as client,
        requested_at
    from {{ ref('requests') }}
    where user_agent is not null or tls_fingerprint is not null

),

account_clients as (

    select
        account_id,
        min(client) = max(client) as is_frozen,
        count(client_device_id) > 0 as has_devices,
        case
            when count(client_device_id) > 0 then count(distinct client_device_id)
            else count(distinct client_session_id)
        end as users,
        min(requested_at) as first_seen_at,
        max(requested_at) as last_seen_at
    from requests
    group by account_id

),

-- Users are told apart by device or, where the log has none, by client session.
accounts_of_many as (

    select
        *,
        cast(floor(ln(users) / ln(2)) as bigint) as users_bucket
    from account_clients
    where
        users >= {{ var('frozen_client_users_min') }}
        and {{ seconds_between('first_seen_at', 'last_seen_at') }}
        >= 86400 * {{ var('frozen_client_days_min') }}

),

compared as (

    select
        *,
        sum(case when is_frozen then 1 else 0 end) over same_users
        / count(*) over same_users as frozen_share,
        count(*) over same_users as baseline_accounts
    from accounts_of_many
    window same_users as (partition by has_devices, users_bucket)

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        -ln(frozen_share) as value,
        frozen_share as baseline,
        'One client for ' || cast(users as string)
        || case when has_devices then ' devices' else ' sessions' end
        || ', as in ' || {{ percent('frozen_share') }}
        || ' of the accounts with about as many' as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from compared
    where
        is_frozen
        and frozen_share <= {{ var('frozen_client_share_max') }}
        and baseline_accounts >= {{ var('baseline_accounts_min') }}

),

final as (

    {{ evidence_rows('findings', 'frozen_client') }}

)

select * from final
