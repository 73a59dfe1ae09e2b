with

requests as (

    select
        request_id,
        account_id,
        client_session_id,
        requested_at,
        requested_date
    from {{ ref('requests') }}

),

gaps as (

    select
        *,
        lag(requested_at) over (
            partition by account_id, client_session_id
            order by requested_at, request_id
        ) as previous_requested_at
    from requests

),

starts as (

    select
        *,
        case
            when previous_requested_at is null then 1
            when
                {{ seconds_between('previous_requested_at', 'requested_at') }}
                > {{ var('session_gap_minutes') }} * 60
                then 1
            else 0
        end as is_start
    from gaps

),

numbered as (

    select
        *,
        sum(is_start) over (
            partition by account_id, client_session_id
            order by requested_at, request_id
            rows between unbounded preceding and current row
        ) as session_number
    from starts

),

named as (

    select
        request_id,
        account_id,
        client_session_id,
        requested_date,
        first_value(request_id) over (
            partition by account_id, client_session_id, session_number
            order by requested_at, request_id
        ) as first_request_id
    from numbered

),

final as (

    select
        request_id,
        account_id,
        requested_date,
        md5(
            account_id || '|'
            || coalesce(client_session_id, '') || '|'
            || first_request_id
        ) as session_id,
        request_id = first_request_id as is_session_start
    from named

)

select * from final
