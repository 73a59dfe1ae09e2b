{#-
    The common end of every staging model of requests: checks what is required,
    fingerprints the texts and drops them; forgotten accounts are left out. `mapped` is
    a CTE with the columns of the input contract and the reader's _file_id, _file_path,
    _row_number, _bad_column and _bad_value. One row per input row, rejected ones
    included; where a row holds several requests, `row_part` is the expression that
    counts them, from 1 on. A value beyond what `limits` allow (`requested_at_min`,
    `requested_at_max`, `request_count_max`, `sample_weight_max`) is a mistake that
    would spoil sums and spans of all others, so its row is rejected too.
-#}
{% macro stage_requests(mapped, log_format, limits, row_part='1') %}
    {%- set beyond = extraction_watch.values_beyond(limits) -%}
    select
        _file_id as file_id,
        _file_path as file_path,
        _row_number as row_number,
        cast({{ row_part }} as bigint) as row_part,
        '{{ log_format }}' as log_format,
        request_id,
        account_id,
        organization_id,
        api_key_id,
        client_session_id,
        client_device_id,
        access_channel,
        model,
        client_ip,
        client_country,
        user_agent,
        tls_fingerprint,
        stop_reason,
        {{ extraction_watch.sorted_list_text('tool_names') }} as tool_set,
        {{ extraction_watch.key_of('prompt') }} as prompt_key,
        {{ extraction_watch.key_of('system_prompt') }} as system_prompt_key,
        prompt_sketch(prompt) as prompt_shingles,
        case
            when substr(md5(request_id), 1, 1) in ('0', '1') then mask_text(prompt)
        end as masked_sample,
        prompt_capability(prompt) as capability,
        md5(concat_ws(
            '|',
            {%- for column in extraction_watch.request_columns() %}
            coalesce({{ column }}, ''),
            {%- endfor %}
            coalesce(md5(prompt), ''),
            coalesce(md5(system_prompt), '')
        )) as content_hash,
        client_asn,
        coalesce(message_count, 1) as message_count,
        {{ extraction_watch.list_size('tool_names') }} as tool_count,
        length(prompt) as prompt_characters,
        input_tokens,
        cached_input_tokens,
        output_tokens,
        reasoning_tokens,
        max_output_tokens,
        status_code,
        latency_ms,
        temperature,
        sample_weight,
        is_streaming,
        requested_at,
        case
            when _bad_column = '<row>' then 'malformed row'
            when _bad_column is not null then 'value of the wrong type'
            when coalesce(request_id, '') = '' then 'missing value'
            when requested_at is null then 'missing value'
            when coalesce(account_id, '') = '' then 'missing value'
            when coalesce(model, '') = '' then 'missing value'
            {%- for column, condition in beyond.items() %}
            when {{ condition }} then 'value out of range'
            {%- endfor %}
        end as rejection_reason,
        case
            when _bad_column is not null then _bad_column
            when coalesce(request_id, '') = '' then 'request_id'
            when requested_at is null then 'requested_at'
            when coalesce(account_id, '') = '' then 'account_id'
            when coalesce(model, '') = '' then 'model'
            {%- for column, condition in beyond.items() %}
            when {{ condition }} then '{{ column }}'
            {%- endfor %}
        end as rejected_column,
        {{ extraction_watch.masked_excerpt('_bad_value') }} as rejected_value
    from {{ mapped }}
    where {{ extraction_watch.is_remembered('account_id') }}
{%- endmacro %}

{#- The limits of a request's values, from vars that a model reads. -#}
{% macro values_beyond(limits) %}
    {%- set earliest = "timestamp '" ~ limits.requested_at_min ~ "'" -%}
    {%- set latest = "timestamp '" ~ limits.requested_at_max ~ "'" -%}
    {%- set beyond = {
        'requested_at': 'requested_at < ' ~ earliest ~ ' or requested_at >= ' ~ latest,
        'sample_weight': 'sample_weight <= 0 or sample_weight > '
            ~ limits.sample_weight_max,
    } -%}
    {%- for column in [
        'message_count', 'input_tokens', 'cached_input_tokens', 'output_tokens',
        'reasoning_tokens',
    ] -%}
        {%- do beyond.update({
            column: column ~ ' < 0 or ' ~ column ~ ' > ' ~ limits.request_count_max
        }) -%}
    {%- endfor -%}
    {{ return(beyond) }}
{% endmacro %}

{#- Contract columns that identify a request's content, each as text. -#}
{% macro request_columns() %}
    {{ return([
        'cast(requested_at as string)', 'account_id', 'organization_id', 'api_key_id',
        'client_session_id', 'client_device_id', 'access_channel', 'model', 'client_ip',
        'cast(client_asn as string)', 'client_country', 'user_agent', 'tls_fingerprint',
        extraction_watch.sorted_list_text('tool_names'),
        'cast(message_count as string)', 'cast(input_tokens as string)',
        'cast(cached_input_tokens as string)', 'cast(output_tokens as string)',
        'cast(reasoning_tokens as string)', 'cast(max_output_tokens as string)',
        'cast(temperature as string)', 'cast(is_streaming as string)',
        'cast(status_code as string)', 'stop_reason', 'cast(latency_ms as string)',
    ]) }}
{% endmacro %}
