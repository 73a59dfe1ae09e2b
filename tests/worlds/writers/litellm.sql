-- One row per request, as in LiteLLM_SpendLogs. Reads `contract_rows`, with the
-- `place` of each, and `histories`.
with

described as (

    select
        *,
        requested_at + to_milliseconds(latency_ms) as ended_at,
        to_json(account_id) as account_text,
        json_object('role', 'system', 'content', system_prompt) as system_message,
        json_object('role', 'user', 'content', prompt) as last_message,
        '[' || array_to_string(
            [
                json_object(
                    'type', 'function',
                    'function', json_object('name', tool_name)
                )
                for tool_name in tool_names
            ],
            ','
        ) || ']' as tools
    from contract_rows

),

final as (

    select
        described.request_id,
        'acompletion' as call_type,
        described.api_key_id as api_key,
        round(described.input_tokens * 3e-6 + described.output_tokens * 15e-6, 8) as spend,
        described.input_tokens + described.output_tokens as total_tokens,
        described.input_tokens as prompt_tokens,
        described.output_tokens as completion_tokens,
        described.requested_at as "startTime",
        described.ended_at as "endTime",
        described.latency_ms as request_duration_ms,
        described.ended_at as "completionStartTime",
        described.model,
        described.model as model_group,
        'operator' as custom_llm_provider,
        'https://models.example.com/v1' as api_base,
        described.account_id as "user",
        cast(null as varchar) as team_id,
        described.organization_id,
        '' as end_user,
        described.client_ip as requester_ip_address,
        described.client_session_id as session_id,
        case
            when described.status_code < 400 then 'success' else 'failure'
        end as status,
        'False' as cache_hit,
        '[]' as request_tags,
        case
            when described.prompt is null then '{}'
            else '[' || concat_ws(
                ',',
                case
                    when described.system_prompt is not null
                        then described.system_message
                end,
                histories.history,
                described.last_message
            ) || ']'
        end as messages,
        '{' || concat_ws(
            ',',
            '"id":' || to_json(described.request_id),
            '"object":"chat.completion"',
            '"model":' || to_json(described.model),
            '"choices":[{"index":0,"finish_reason":'
            || coalesce(to_json(described.stop_reason), 'null') || '}]',
            '"usage":{"prompt_tokens":' || described.input_tokens
            || ',"completion_tokens":' || described.output_tokens
            || ',"total_tokens":' || (described.input_tokens + described.output_tokens)
            || ',"prompt_tokens_details":{"cached_tokens":'
            || described.cached_input_tokens
            || '},"completion_tokens_details":{"reasoning_tokens":'
            || described.reasoning_tokens || '}}'
        ) || '}' as response,
        '{' || concat_ws(
            ',',
            '"model":' || to_json(described.model),
            '"max_tokens":' || described.max_output_tokens,
            '"temperature":' || described.temperature,
            '"stream":' || described.is_streaming,
            '"tools":' || described.tools
        ) || '}' as proxy_server_request,
        '{' || concat_ws(
            ',',
            '"user_api_key":' || to_json(described.api_key_id),
            '"user_api_key_user_id":' || described.account_text,
            '"requester_ip_address":' || to_json(described.client_ip),
            '"user_agent":' || to_json(described.user_agent),
            '"status_code":' || described.status_code,
            '"spend_logs_metadata":{' || concat_ws(
                ',',
                '"client_device_id":' || to_json(described.client_device_id),
                '"client_country":' || to_json(described.client_country),
                '"client_asn":' || described.client_asn,
                '"tls_fingerprint":' || to_json(described.tls_fingerprint),
                '"access_channel":' || to_json(described.access_channel),
                '"organization_id":' || to_json(described.organization_id),
                case
                    when described.prompt is null
                        then '"message_count":' || described.message_count
                end
            ) || '}'
        ) || '}' as metadata
    from described
    left join histories using (message_count)
    order by described.place

)

select * from final
