{{ config(
    materialized=incremental_or_table(),
    incremental_strategy='append',
    pre_hook='{{ forget_removed_files() }}',
    post_hook="{{ remove_old_requests(var('retention_days')) }}",
) }}

{%- set typed = {
    'client_asn': text_to_whole('client_asn'),
    'message_count': text_to_whole('message_count'),
    'input_tokens': text_to_whole('input_tokens'),
    'cached_input_tokens': text_to_whole('cached_input_tokens'),
    'output_tokens': text_to_whole('output_tokens'),
    'reasoning_tokens': text_to_whole('reasoning_tokens'),
    'max_output_tokens': text_to_whole('max_output_tokens'),
    'temperature': text_to_real('temperature'),
    'is_streaming': text_to_truth('is_streaming'),
    'status_code': text_to_whole('status_code'),
    'latency_ms': text_to_whole('latency_ms'),
    'sample_weight': text_to_real('sample_weight'),
} %}

with

lines as (

    select
        *,
        {{ explode('otel_spans(line)') }} as span
    from {{ raw('otel_genai', 'api_requests') }}

),

records as (

    select
        _file_id,
        _file_path,
        _row_number,
        _bad_column,
        _bad_value,
        coalesce(span.number, 1) as _row_part,
        span is null as is_malformed,
        span.span_id,
        span.name as record_name,
        span.started_micros,
        span.started_text,
        span.ended_micros,
        span.is_error,
        span.attributes,
        span.resource_attributes
    from lines

),

model_requests as (

    select * from records
    where
        is_malformed
        or (
            coalesce(attributes['gen_ai.operation.name'], 'chat') not in (
                'create_agent', 'invoke_agent', 'invoke_workflow', 'execute_tool',
                'retrieval', 'plan'
            )
            and coalesce(attributes['openinference.span.kind'], 'LLM') in (
                'LLM', 'EMBEDDING'
            )
            and coalesce(attributes['traceloop.span.kind'], '') not in (
                'workflow', 'task', 'agent', 'tool'
            )
            and coalesce(record_name, '') not in (
                'gen_ai.system.message', 'gen_ai.user.message',
                'gen_ai.assistant.message', 'gen_ai.tool.message', 'gen_ai.choice',
                'gen_ai.evaluation.result'
            )
        )

),

-- Today's name of an attribute first, then the ones that it had.
named as (

    select
        _file_id,
        _file_path,
        _row_number,
        _row_part,
        is_malformed,
        _bad_column,
        _bad_value,
        started_micros,
        started_text,
        ended_micros,
        is_error,
        coalesce(
            attributes['extraction_watch.request_id'],
            attributes['gen_ai.response.id'],
            span_id
        ) as request_id,
        coalesce(
            {%- for attribute in var('otel_account_attributes') %}
            nullif(attributes['{{ attribute }}'], ''),
            {%- endfor %}
            {%- for attribute in var('otel_account_attributes') %}
            nullif(resource_attributes['{{ attribute }}'], ''),
            {%- endfor %}
            null
        ) as account_id,
        attributes['extraction_watch.organization_id'] as organization_id,
        attributes['extraction_watch.api_key_id'] as api_key_id,
        coalesce(
            attributes['session.id'],
            attributes['gen_ai.conversation.id'],
            resource_attributes['session.id']
        ) as client_session_id,
        coalesce(
            attributes['extraction_watch.client_device_id'],
            attributes['device.id'],
            resource_attributes['device.id']
        ) as client_device_id,
        attributes['extraction_watch.access_channel'] as access_channel,
        coalesce(
            attributes['gen_ai.request.model'],
            attributes['gen_ai.response.model'],
            attributes['llm.request.model'],
            attributes['llm.model_name'],
            attributes['llm.model']
        ) as model,
        coalesce(
            attributes['client.address'],
            attributes['http.client_ip'],
            attributes['net.sock.peer.addr'],
            attributes['network.peer.address']
        ) as client_ip,
        attributes['extraction_watch.client_asn'] as client_asn,
        coalesce(
            attributes['geo.country.iso_code'],
            attributes['extraction_watch.client_country']
        ) as client_country,
        coalesce(
            attributes['user_agent.original'],
            attributes['http.user_agent']
        ) as user_agent,
        coalesce(
            attributes['tls.client.ja3'],
            attributes['tls.client.hash.sha256'],
            attributes['extraction_watch.tls_fingerprint']
        ) as tls_fingerprint,
        attributes['gen_ai.system_instructions'] as instructions_text,
        coalesce(
            attributes['gen_ai.input.messages'],
            attributes['gen_ai.prompt'],
            attributes['llm.input_messages'],
            attributes['llm.prompts']
        ) as messages_text,
        coalesce(
            attributes['gen_ai.tool.definitions'],
            attributes['llm.request.functions'],
            attributes['llm.tools'],
            attributes['extraction_watch.tool_names']
        ) as tools_text,
        attributes['extraction_watch.message_count'] as message_count,
        coalesce(
            attributes['gen_ai.usage.input_tokens'],
            attributes['gen_ai.usage.prompt_tokens'],
            attributes['llm.usage.prompt_tokens'],
            attributes['llm.token_count.prompt']
        ) as input_tokens,
        coalesce(
            attributes['gen_ai.usage.cache_read.input_tokens'],
            attributes['gen_ai.usage.cache_read_input_tokens'],
            attributes['llm.token_count.prompt_details.cache_read']
        ) as cached_input_tokens,
        coalesce(
            attributes['gen_ai.usage.output_tokens'],
            attributes['gen_ai.usage.completion_tokens'],
            attributes['llm.usage.completion_tokens'],
            attributes['llm.token_count.completion']
        ) as output_tokens,
        coalesce(
            attributes['gen_ai.usage.reasoning.output_tokens'],
            attributes['gen_ai.usage.reasoning_tokens'],
            attributes['llm.usage.reasoning_tokens'],
            attributes['llm.token_count.completion_details.reasoning']
        ) as reasoning_tokens,
        coalesce(
            attributes['gen_ai.request.max_tokens'],
            attributes['llm.request.max_tokens']
        ) as max_output_tokens,
        coalesce(
            attributes['gen_ai.request.temperature'],
            attributes['llm.request.temperature'],
            attributes['llm.temperature']
        ) as temperature,
        coalesce(
            attributes['gen_ai.request.stream'],
            attributes['llm.is_streaming']
        ) as is_streaming,
        coalesce(
            attributes['http.response.status_code'],
            attributes['http.status_code']
        ) as status_code,
        coalesce(
            attributes['gen_ai.response.finish_reasons'],
            attributes['gen_ai.completion.0.finish_reason'],
            attributes['llm.response.finish_reason']
        ) as stop_reason,
        attributes['extraction_watch.latency_ms'] as latency_ms,
        attributes['extraction_watch.sample_weight'] as sample_weight
    from model_requests

),

parsed as (

    select
        *,
        chat_request(instructions_text) as instructed,
        chat_request(messages_text) as asked,
        tool_names(tools_text) as offered
    from named

),

mapped as (

    select
        -- ids and names
        request_id,
        account_id,
        organization_id,
        api_key_id,
        client_session_id,
        client_device_id,
        access_channel,
        model,
        client_ip,
        {{ typed.client_asn }} as client_asn,
        client_country,
        user_agent,
        tls_fingerprint,
        stop_reason,

        -- texts
        coalesce(instructed.prompt, asked.system_prompt) as system_prompt,
        asked.prompt,
        offered as tool_names,

        -- numbers
        coalesce({{ typed.message_count }}, asked.message_count) as message_count,
        {{ typed.input_tokens }} as input_tokens,
        {{ typed.cached_input_tokens }} as cached_input_tokens,
        {{ typed.output_tokens }} as output_tokens,
        {{ typed.reasoning_tokens }} as reasoning_tokens,
        {{ typed.max_output_tokens }} as max_output_tokens,
        coalesce(
            {{ typed.status_code }},
            case when is_error then 500 when not is_error then 200 end
        ) as status_code,
        coalesce(
            {{ typed.latency_ms }},
            {{ milliseconds_between('started_micros', 'ended_micros') }}
        ) as latency_ms,
        {{ typed.temperature }} as temperature,
        {{ typed.sample_weight }} as sample_weight,

        -- booleans and times
        {{ typed.is_streaming }} as is_streaming,
        {{ micros_to_timestamp('started_micros') }} as requested_at,

        -- where it was read, and what of it could not be
        _file_id,
        _file_path,
        _row_number,
        _row_part,
        case
            when _bad_column is not null then _bad_column
            when is_malformed then '<row>'
            when trim(started_text) <> '' and started_micros is null then 'requested_at'
            {{ unreadable_cases(typed) }}
        end as _bad_column,
        case
            when _bad_column is not null then _bad_value
            when is_malformed then null
            when trim(started_text) <> '' and started_micros is null
                then substr(started_text, 1, 80)
            {{ unreadable_cases(typed, give='value') }}
        end as _bad_value
    from parsed

),

final as (

    {{ stage_requests(
        'mapped',
        'otel_genai',
        limits={
            'requested_at_min': var('requested_at_min'),
            'requested_at_max': var('requested_at_max'),
            'request_count_max': var('request_count_max'),
            'sample_weight_max': var('sample_weight_max'),
        },
        row_part='_row_part',
    ) }}

)

select * from final
