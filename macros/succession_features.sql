{#-
    What successions compare. Not vars: the columns of succession_features are named
    after them, and the seed succession_weights has a weight for each.
-#}

{#- What a request shows of how its account works: type of trait and its expression. -#}
{% macro request_traits() -%}
    {{ return({
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
    }) }}
{%- endmacro %}

{#- What is told of an account itself: type of trait and its column. -#}
{% macro account_traits() -%}
    {{ return({
        'payment': 'payment_fingerprint',
        'organization': 'organization_id',
        'signup_address': 'signup_ip',
        'email_domain': 'email_domain',
        'pathway': 'access_pathway',
    }) }}
{%- endmacro %}

{#- All types of traits; the last two are those of a prompt. -#}
{% macro trait_types() -%}
    {{ return(
        extraction_watch.request_traits().keys() | list
        + extraction_watch.account_traits().keys() | list
        + ['family', 'capability']
    ) }}
{%- endmacro %}

{#- Facts of a pair by the name of the feature. -#}
{% macro pair_facts() -%}
    {{ return({
        'any_pair': '1',
        'delay': 'log_delay',
        'delay_squared': 'log_delay * log_delay',
        'same_cluster': 'same_cluster',
        'created_afterwards': 'created_afterwards',
        'created_before': 'created_before',
        'pace_gap': 'pace_gap',
    }) }}
{%- endmacro %}

{#- Names of all features. -#}
{% macro succession_features() -%}
    {%- set features = extraction_watch.pair_facts().keys() | list -%}
    {%- for trait_type in extraction_watch.trait_types() -%}
        {%- do features.extend(['shared_' ~ trait_type, 'new_' ~ trait_type]) -%}
    {%- endfor -%}
    {{ return(features) }}
{%- endmacro %}
