{{ config(materialized='view') }}

{#- What a request shows of how its account works: trait and its expression. -#}
{% set traits = {
    'device': 'client_device_id',
    'address': 'client_ip',
    'address_block': "regexp_replace(client_ip, '[.:][0-9a-fA-F]*$', '')",
    'client': "user_agent || '|' || coalesce(tls_fingerprint, '')",
    'calling_style': "concat_ws(
            '|',
            coalesce(cast(temperature as string), '-'),
            coalesce(cast(max_output_tokens as string), '-'),
            coalesce(cast(is_streaming as string), '-')
        )",
    'system_prompt': 'cast(system_prompt_key as string)',
    'tools': 'tool_set',
    'channel': 'access_channel',
    'model': 'model',
    'hours': 'cast(
            cast(floor(extract(hour from requested_at) / 4) as bigint) as string
        )',
} %}

with

requests as (

    select * from {{ ref('requests') }}

),

request_purposes as (

    select * from {{ ref('request_purposes') }}

),

final as (

    {% for trait_type, expression in traits.items() %}
    select
        request_id,
        account_id,
        '{{ trait_type }}' as trait_type,
        {{ expression }} as trait
    from requests
    where {{ expression }} is not null
    union all
    {% endfor %}
    select
        request_id,
        account_id,
        'family' as trait_type,
        family_id as trait
    from request_purposes
    where family_id is not null
    union all
    select
        request_id,
        account_id,
        'capability' as trait_type,
        capability as trait
    from request_purposes
    where capability is not null

)

select * from final
