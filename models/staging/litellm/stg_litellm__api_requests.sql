{{ config(
    materialized=incremental_or_table(),
    incremental_strategy='append',
    pre_hook='{{ forget_removed_files() }}',
    post_hook="{{ remove_old_requests(var('retention_days')) }}",
) }}

with

spend_logs as (

    select * from {{ raw('litellm', 'spend_logs') }}

),

parsed as (

    select
        *,
        epoch_micros(starttime) as started_micros,
        epoch_micros(endtime) as ended_micros,
        chat_request(messages) as logged,
        chat_request(proxy_server_request) as asked,
        chat_response(response) as answered,
        litellm_metadata(metadata) as noted
    from spend_logs

),

mapped as (

    select
        -- ids and names
        request_id,
        coalesce(
            nullif(parsed.user, ''),
            nullif(team_id, ''),
            nullif(api_key, '')
        ) as account_id,
        coalesce(
            nullif(organization_id, ''),
            noted.organization_id
        ) as organization_id,
        nullif(api_key, '') as api_key_id,
        nullif(session_id, '') as client_session_id,
        noted.client_device_id,
        noted.access_channel,
        coalesce(nullif(model, ''), model_group) as model,
        nullif(requester_ip_address, '') as client_ip,
        noted.client_asn,
        noted.client_country,
        coalesce(
            noted.user_agent,
            asked.user_agent,
            -- LiteLLM tags a request with its user agent's name, then with all of it.
            nullif(
                regexp_extract(request_tags, '.*"User-Agent: ([^"]*)"', 1), ''
            )
        ) as user_agent,
        noted.tls_fingerprint,
        coalesce(answered.stop_reason, noted.stop_reason) as stop_reason,

        -- texts
        coalesce(logged.system_prompt, asked.system_prompt) as system_prompt,
        coalesce(logged.prompt, asked.prompt) as prompt,
        coalesce(asked.tool_names, logged.tool_names) as tool_names,

        -- numbers
        coalesce(
            noted.message_count,
            logged.message_count,
            asked.message_count
        ) as message_count,
        coalesce(prompt_tokens, answered.input_tokens) as input_tokens,
        coalesce(
            answered.cached_input_tokens,
            noted.cached_input_tokens
        ) as cached_input_tokens,
        coalesce(completion_tokens, answered.output_tokens) as output_tokens,
        coalesce(
            answered.reasoning_tokens,
            noted.reasoning_tokens
        ) as reasoning_tokens,
        coalesce(
            asked.max_output_tokens,
            noted.max_output_tokens
        ) as max_output_tokens,
        coalesce(
            noted.status_code,
            case status when 'failure' then 500 when 'success' then 200 end
        ) as status_code,
        coalesce(
            request_duration_ms,
            {{ milliseconds_between('started_micros', 'ended_micros') }}
        ) as latency_ms,
        coalesce(asked.temperature, noted.temperature) as temperature,
        noted.sample_weight,

        -- booleans and times
        coalesce(asked.is_streaming, noted.is_streaming) as is_streaming,
        {{ micros_to_timestamp('started_micros') }} as requested_at,

        -- where it was read, and what of it could not be
        _file_id,
        _file_path,
        _row_number,
        case
            when _bad_column is not null then _bad_column
            when trim(starttime) <> '' and started_micros is null
                then 'startTime'
        end as _bad_column,
        case
            when _bad_column is not null then _bad_value
            when trim(starttime) <> '' and started_micros is null
                then substr(starttime, 1, 80)
        end as _bad_value
    from parsed

),

final as (

    {{ stage_requests(
        'mapped',
        'litellm',
        limits={
            'requested_at_min': var('requested_at_min'),
            'requested_at_max': var('requested_at_max'),
            'request_count_max': var('request_count_max'),
            'sample_weight_max': var('sample_weight_max'),
        },
    ) }}

)

select * from final
