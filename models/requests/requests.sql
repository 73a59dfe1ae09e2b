{{ config(materialized='view') }}

-- The accepted requests, without what the quality layer does not trust: a column that
-- has suddenly the same value for everybody is missing on that day. Missing evidence is
-- none; a wrong one would tie strangers together.
with

accepted_requests as (

    select * from {{ ref('accepted_requests') }}

),

neutralised_days as (

    select * from {{ ref('neutralised_days') }}

),

final as (

    select
        accepted_requests.request_id,
        accepted_requests.account_id,
        accepted_requests.organization_id,
        accepted_requests.api_key_id,
        {{ unless_neutralised('client_session_id', 'client_session_id') }},
        {{ unless_neutralised('client_device_id', 'client_device_id') }},
        accepted_requests.access_channel,
        accepted_requests.model,
        {{ unless_neutralised('client_ip', 'client_ip') }},
        {{ unless_neutralised('client_country', 'client_ip') }},
        -- a client is told by both of these: half of it would be one of its own
        case
            when
                neutralised_days.user_agent is not true
                and neutralised_days.tls_fingerprint is not true
                then accepted_requests.user_agent
        end as user_agent,
        case
            when
                neutralised_days.user_agent is not true
                and neutralised_days.tls_fingerprint is not true
                then accepted_requests.tls_fingerprint
        end as tls_fingerprint,
        accepted_requests.stop_reason,
        accepted_requests.tool_set,
        {{ unless_neutralised('prompt_key', 'prompt') }},
        {{ unless_neutralised('system_prompt_key', 'system_prompt') }},
        {{ unless_neutralised('prompt_shingles', 'prompt') }},
        {{ unless_neutralised('masked_sample', 'prompt') }},
        {{ unless_neutralised('capability', 'prompt') }},
        accepted_requests.content_hash,
        {{ unless_neutralised('client_asn', 'client_ip') }},
        accepted_requests.message_count,
        accepted_requests.tool_count,
        {{ unless_neutralised('prompt_characters', 'prompt') }},
        {{ unless_neutralised('input_tokens', 'input_tokens') }},
        accepted_requests.cached_input_tokens,
        accepted_requests.output_tokens,
        accepted_requests.reasoning_tokens,
        accepted_requests.max_output_tokens,
        accepted_requests.status_code,
        accepted_requests.latency_ms,
        accepted_requests.temperature,
        accepted_requests.sample_weight,
        accepted_requests.is_streaming,
        accepted_requests.requested_at,
        accepted_requests.requested_date,
        accepted_requests.is_served
    from accepted_requests
    left join neutralised_days
        on accepted_requests.requested_date = neutralised_days.quality_date

)

select * from final
