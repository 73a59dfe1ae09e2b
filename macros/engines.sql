{#-
    Everything in which DuckDB and Spark differ. Models use nothing else that one of
    them lacks.
-#}

{#- A string's key: 60 bits of its md5, the same on both engines. Null stays null. -#}
{% macro key_of(text) -%}
    {{ return(adapter.dispatch('key_of', 'extraction_watch')(text)) }}
{%- endmacro %}
{% macro duckdb__key_of(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 15) as bigint)
{%- endmacro %}
{% macro spark__key_of(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 15), 16, 10) as bigint)
{%- endmacro %}

{#- One row per element of a list, in the select list. -#}
{% macro explode(list) -%}
    {{ return(adapter.dispatch('explode', 'extraction_watch')(list)) }}
{%- endmacro %}
{% macro duckdb__explode(list) %}unnest({{ list }}){% endmacro %}
{% macro spark__explode(list) %}explode({{ list }}){% endmacro %}

{#- The whole numbers from 1 to a count, as a list. -#}
{% macro numbers(count) -%}
    {{ return(adapter.dispatch('numbers', 'extraction_watch')(count)) }}
{%- endmacro %}
{% macro duckdb__numbers(count) %}range(1, {{ count }} + 1){% endmacro %}
{% macro spark__numbers(count) %}sequence(1, {{ count }}){% endmacro %}

{#- Seconds from one timestamp to another, as double. -#}
{% macro seconds_between(begin, end) -%}
    {{ return(adapter.dispatch('seconds_between', 'extraction_watch')(begin, end)) }}
{%- endmacro %}
{% macro duckdb__seconds_between(begin, end) -%}
    ((epoch_us({{ end }}) - epoch_us({{ begin }})) / 1000000)
{%- endmacro %}
{% macro spark__seconds_between(begin, end) -%}
    ((
        unix_micros(cast({{ end }} as timestamp_ltz))
        - unix_micros(cast({{ begin }} as timestamp_ltz))
    ) / 1000000)
{%- endmacro %}

{#- Strings of a group in one string, ordered by an expression. -#}
{% macro joined(text, separator, order_by) -%}
    {{ return(
        adapter.dispatch('joined', 'extraction_watch')(text, separator, order_by)
    ) }}
{%- endmacro %}
{% macro duckdb__joined(text, separator, order_by) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}
{% macro spark__joined(text, separator, order_by) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}

{#- A list of strings as one string, sorted; null for a null list. -#}
{% macro sorted_list_text(list) -%}
    {{ return(adapter.dispatch('sorted_list_text', 'extraction_watch')(list)) }}
{%- endmacro %}
{% macro duckdb__sorted_list_text(list) -%}
    array_to_string(list_sort({{ list }}), '|')
{%- endmacro %}
{% macro spark__sorted_list_text(list) -%}
    array_join(array_sort({{ list }}), '|')
{%- endmacro %}

{#- Number of elements; null for a null list. -#}
{% macro list_size(list) -%}
    {{ return(adapter.dispatch('list_size', 'extraction_watch')(list)) }}
{%- endmacro %}
{% macro duckdb__list_size(list) %}len({{ list }}){% endmacro %}
{% macro spark__list_size(list) %}cardinality({{ list }}){% endmacro %}

{#- A struct from names and expressions, in order. -#}
{% macro row_struct(fields) -%}
    {{ return(adapter.dispatch('row_struct', 'extraction_watch')(fields)) }}
{%- endmacro %}
{% macro duckdb__row_struct(fields) -%}
    struct_pack(
        {%- for name, expression in fields.items() %}
        {{ name }} := {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
{% macro spark__row_struct(fields) -%}
    named_struct(
        {%- for name, expression in fields.items() %}
        '{{ name }}', {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#- Materialization of what grows with the files: Spark rebuilds it with every run. -#}
{% macro incremental_or_table() -%}
    {{ return(adapter.dispatch('incremental_or_table', 'extraction_watch')()) }}
{%- endmacro %}
{% macro duckdb__incremental_or_table() %}{{ return('incremental') }}{% endmacro %}
{% macro spark__incremental_or_table() %}{{ return('table') }}{% endmacro %}
