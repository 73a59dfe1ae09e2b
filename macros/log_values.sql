{#- Values that foreign logs write as text or count in another unit. -#}

{#- UTC timestamp of microseconds since 1970. -#}
{% macro micros_to_timestamp(micros) -%}
    {{ return(adapter.dispatch('micros_to_timestamp', 'extraction_watch')(micros)) }}
{%- endmacro %}
{% macro duckdb__micros_to_timestamp(micros) -%}
    make_timestamp({{ micros }})
{%- endmacro %}
{% macro spark__micros_to_timestamp(micros) -%}
    cast(timestamp_micros({{ micros }}) as timestamp_ntz)
{%- endmacro %}

{#- Whole milliseconds between two counts of microseconds; null if the end is first. -#}
{% macro milliseconds_between(begin, end) -%}
    case
        when {{ end }} >= {{ begin }}
            then cast(floor(({{ end }} - {{ begin }}) / 1000) as bigint)
    end
{%- endmacro %}

{#- Whole number of a text; null where it is none. -#}
{% macro text_to_whole(text) -%}
    case
        when {{ extraction_watch.text_matches(text, '[+-]?[0-9]{1,18}([.]0*)?') }}
            then cast(split_part(trim({{ text }}), '.', 1) as bigint)
    end
{%- endmacro %}

{#- Finite number of a text; null where it is none. -#}
{% macro text_to_real(text) -%}
    case
        when {{ extraction_watch.text_matches(
            text, '[+-]?([0-9]{1,300}([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})?'
        ) }}
            then cast(trim({{ text }}) as double)
    end
{%- endmacro %}

{#- Boolean of a text; null where it is none. -#}
{% macro text_to_truth(text) -%}
    case lower(trim({{ text }}))
        when 'true' then true
        when '1' then true
        when 'false' then false
        when '0' then false
    end
{%- endmacro %}

{#- Whether the whole of a trimmed text matches a pattern without backslashes. -#}
{% macro text_matches(text, pattern) -%}
    {{ return(adapter.dispatch('text_matches', 'extraction_watch')(text, pattern)) }}
{%- endmacro %}
{% macro duckdb__text_matches(text, pattern) -%}
    regexp_full_match(trim({{ text }}), '{{ pattern }}')
{%- endmacro %}
{% macro spark__text_matches(text, pattern) -%}
    trim({{ text }}) rlike '^({{ pattern }})$'
{%- endmacro %}

{#-
    Cases that pick the first of several text columns whose value is there but does not
    read as its type; `typed` maps the columns to the expressions that read them. Gives
    the column's name, or with `give='value'` its value.
-#}
{% macro unreadable_cases(typed, give='name') -%}
    {%- for column, expression in typed.items() %}
        when trim({{ column }}) <> '' and {{ expression }} is null
            then
                {% if give == 'name' %}'{{ column }}'
                {%- else %}substr({{ column }}, 1, 80){% endif %}
    {%- endfor %}
{%- endmacro %}

{#- The account that holds a LiteLLM key, by the rule of its requests. -#}
{% macro token_account(token, holder='') -%}
    {%- set prefix = holder ~ '.' if holder else '' -%}
    coalesce(
        nullif({{ prefix }}user_id, ''),
        nullif({{ prefix }}team_id, ''),
        nullif({{ token }}, '')
    )
{%- endmacro %}
