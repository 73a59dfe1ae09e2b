-- What kinds of request an account sends: what they ask for, by the length of their
-- inputs. Shares are of the requests of which the same is known, so that a log without
-- text is compared with itself.
with

requests as (

    select
        account_id,
        case
            when capability is null and input_tokens is null then 'nothing'
            when capability is null then 'input_tokens'
            when input_tokens is null then 'capability'
            else 'both'
        end as known,
        coalesce(capability, '') as capability,
        coalesce({{ token_bin('input_tokens', var('token_bins_max')) }}, -1)
            as token_bin,
        requested_at
    from {{ ref('requests') }}

),

counted as (

    select
        account_id,
        known,
        capability,
        token_bin,
        count(*) as requests,
        min(requested_at) as first_seen_at,
        max(requested_at) as last_seen_at
    from requests
    where known <> 'nothing'
    group by account_id, known, capability, token_bin

),

totals as (

    select
        *,
        sum(requests) over (partition by account_id, known) as known_requests
    from counted

),

final as (

    select
        account_id,
        known,
        capability,
        token_bin,
        requests,
        requests / known_requests as request_share,
        -- a few specialists must not hide what many do a little
        least(requests / known_requests, {{ var('pooled_share_max') }})
            as capped_share,
        first_seen_at,
        last_seen_at
    from totals
    where known_requests >= {{ var('pooled_requests_min') }}

)

select * from final
