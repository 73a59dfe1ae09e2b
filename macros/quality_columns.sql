{#-
    Columns of requests that the quality layer watches. `value` is what is compared,
    `sameness` how: 'shared' is the share of accounts with a value that another account
    has on that day, for what tells accounts apart; 'top' is the share of accounts with
    the day's most common value. `is_neutralised`: evidence rests on it, so that it
    counts as missing on a day on which everybody suddenly has the same. `is_half`: it
    is one half of an identity, so that the other half does not count either when it is
    missing. `is_mix`: its distribution is compared with that of the weeks before.
-#}
{% macro quality_columns() %}
    {{ return([
        {'name': 'client_device_id', 'sameness': 'shared', 'is_neutralised': true},
        {'name': 'client_session_id', 'sameness': 'shared', 'is_neutralised': true},
        {'name': 'client_ip', 'sameness': 'shared', 'is_neutralised': true},
        {'name': 'prompt', 'value': 'prompt_key', 'sameness': 'shared',
         'is_neutralised': true},
        {'name': 'system_prompt', 'value': 'system_prompt_key', 'sameness': 'top',
         'is_neutralised': true},
        {'name': 'user_agent', 'sameness': 'top', 'is_neutralised': true},
        {'name': 'tls_fingerprint', 'sameness': 'top', 'is_neutralised': true,
         'is_half': true},
        {'name': 'input_tokens', 'sameness': 'top', 'is_neutralised': true},
        {'name': 'output_tokens', 'sameness': 'top'},
        {'name': 'reasoning_tokens', 'sameness': 'top'},
        {'name': 'client_country', 'sameness': 'top', 'is_mix': true},
        {'name': 'access_channel', 'sameness': 'top', 'is_mix': true},
        {'name': 'access_pathway', 'sameness': 'top', 'is_mix': true},
        {'name': 'model', 'sameness': 'top', 'is_mix': true},
        {'name': 'status_code', 'sameness': 'top', 'is_mix': true},
    ]) }}
{% endmacro %}

{#- Names of the columns that evidence rests on. -#}
{% macro neutralised_columns() %}
    {{ return(
        extraction_watch.quality_columns()
        | selectattr('is_neutralised', 'defined') | map(attribute='name') | list
    ) }}
{% endmacro %}

{#- A column of requests, null on days on which the watched column is neutralised. -#}
{% macro unless_neutralised(column, watched) -%}
    case
        when neutralised_days.{{ watched }} is not true
            then accepted_requests.{{ column }}
    end as {{ column }}
{%- endmacro %}

{#- Names as SQL strings with commas between. -#}
{% macro quoted(names) -%}
    '{{ names | join("', '") }}'
{%- endmacro %}
