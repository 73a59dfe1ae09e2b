-- One line of OTLP JSON per request. Reads `contract_rows`, with the `place` of
-- each.
with

described as (

    select
        *,
        epoch_us(requested_at) * 1000 as started_ns,
        -- Some programs still write the names of earlier versions.
        substr(md5(account_id), 1, 1) in ('0', '1', '2', '3') as is_deprecated,
        json_array(
            json_object(
                'role', 'user',
                'parts', json_array(json_object('type', 'text', 'content', prompt))
            )
        ) as input_messages,
        json_array(
            json_object('type', 'text', 'content', system_prompt)
        ) as system_instructions,
        '[' || array_to_string(
            [
                json_object('type', 'function', 'name', tool_name)
                for tool_name in tool_names
            ],
            ','
        ) || ']' as tool_definitions,
        '[' || concat_ws(
            ',',
            case
                when system_prompt is not null
                    then json_object('role', 'system', 'content', system_prompt)
            end,
            json_object('role', 'user', 'content', prompt)
        ) || ']' as deprecated_prompt
    from contract_rows

),

attributed as (

    select
        *,
        concat_ws(
            ',',
            text_attribute('gen_ai.operation.name', 'chat'),
            text_attribute(
                case when is_deprecated then 'gen_ai.system' else 'gen_ai.provider.name' end,
                'operator'
            ),
            text_attribute('gen_ai.request.model', model),
            text_attribute(
                case when is_deprecated then 'enduser.id' else 'user.id' end, account_id
            ),
            text_attribute('session.id', client_session_id),
            text_attribute('client.address', client_ip),
            text_attribute('geo.country.iso_code', client_country),
            text_attribute('user_agent.original', user_agent),
            text_attribute('tls.client.ja3', tls_fingerprint),
            whole_attribute('http.response.status_code', status_code),
            whole_attribute('gen_ai.request.max_tokens', max_output_tokens),
            real_attribute('gen_ai.request.temperature', temperature),
            flag_attribute('gen_ai.request.stream', is_streaming),
            list_attribute('gen_ai.response.finish_reasons', stop_reason),
            whole_attribute(
                case
                    when is_deprecated then 'gen_ai.usage.prompt_tokens'
                    else 'gen_ai.usage.input_tokens'
                end,
                input_tokens
            ),
            whole_attribute(
                case
                    when is_deprecated then 'gen_ai.usage.completion_tokens'
                    else 'gen_ai.usage.output_tokens'
                end,
                output_tokens
            ),
            whole_attribute('gen_ai.usage.cache_read.input_tokens', cached_input_tokens),
            whole_attribute('gen_ai.usage.reasoning.output_tokens', reasoning_tokens)
        ) as first_attributes,
        concat_ws(
            ',',
            text_attribute('gen_ai.tool.definitions', tool_definitions),
            case
                when not is_deprecated and prompt is not null
                    then text_attribute('gen_ai.input.messages', input_messages)
            end,
            case
                when not is_deprecated and system_prompt is not null
                    then text_attribute('gen_ai.system_instructions', system_instructions)
            end,
            case
                when is_deprecated and prompt is not null
                    then text_attribute('gen_ai.prompt', deprecated_prompt)
            end,
            text_attribute('extraction_watch.request_id', request_id),
            text_attribute('extraction_watch.organization_id', organization_id),
            text_attribute('extraction_watch.api_key_id', api_key_id),
            text_attribute('extraction_watch.client_device_id', client_device_id),
            whole_attribute('extraction_watch.client_asn', client_asn),
            text_attribute('extraction_watch.access_channel', access_channel),
            whole_attribute('extraction_watch.message_count', message_count)
        ) as last_attributes
    from described

),

final as (

    select
        '{"resourceSpans":[{"resource":{"attributes":['
        || text_attribute('service.name', 'model-gateway')
        || ']},"scopeSpans":[{"scope":{"name":"model-gateway","version":"1.0.0"},'
        || '"spans":[{"traceId":"' || md5(request_id)
        || '","spanId":"' || substr(md5(request_id || 'span'), 1, 16)
        || '","name":' || to_json('chat ' || model)
        || ',"kind":3,"startTimeUnixNano":"' || started_ns
        || '","endTimeUnixNano":"' || (started_ns + latency_ms * 1000000)
        || '","attributes":[' || concat_ws(',', first_attributes, last_attributes)
        || '],"status":' || case when status_code < 400 then '{}' else '{"code":2}' end
        || '}]}]}]}' as line
    from attributed
    order by place

)

select * from final
