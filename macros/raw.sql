{#
  The raw relation of a source table: what the input files hold, column by column as
  declared, plus _file_id, _file_path, _row_number, _bad_column and _bad_value.
  DuckDB: on incremental runs only the files that the staging table does not hold yet.
  Spark: a temporary view over all files. The vars are checked here, before any is used.
#}
{% macro raw(source_name, table_name) %}
    {%- do extraction_watch.check_settings() -%}
    {%- set relation = source(source_name, table_name) -%}
    {{- return(
        adapter.dispatch('raw_relation', 'extraction_watch')(
            relation, source_name, table_name
        )
    ) -}}
{% endmacro %}

{% macro default__raw_relation(relation, source_name, table_name) %}
    {%- if is_incremental() -%}
        {%- set new_files = table_name ~ '__new' -%}
        {{- return(relation.incorporate(path={'identifier': new_files})) -}}
    {%- endif -%}
    {{- return(relation) -}}
{% endmacro %}

{% macro spark__raw_relation(relation, source_name, table_name) %}
    {{- return('raw_' ~ source_name ~ '__' ~ table_name) -}}
{% endmacro %}

{#-
  What a warehouse keeps in files besides its tables, so that neither a run nor a full
  refresh loses it: see extraction_watch/kept_state.py. Empty where there is no file.
-#}
{% macro kept_state(name) -%}
    {%- set relation = source('state', name) -%}
    {{- return(adapter.dispatch('kept_state', 'extraction_watch')(relation, name)) -}}
{%- endmacro %}
{% macro default__kept_state(relation, name) %}{{ return(relation) }}{% endmacro %}
{% macro spark__kept_state(relation, name) %}{{ return('raw_' ~ name) }}{% endmacro %}
