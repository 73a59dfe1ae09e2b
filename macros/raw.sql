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
  What the last back-test of this warehouse found: one row per entity and band, empty
  where there was none. It is kept beside the working database, so that neither a run
  nor a full refresh loses it.
-#}
{% macro replayed_timeline() -%}
    {{- return(adapter.dispatch('replayed_timeline', 'extraction_watch')()) -}}
{%- endmacro %}
{% macro duckdb__replayed_timeline() %}raw.replayed_timeline{% endmacro %}
{% macro spark__replayed_timeline() %}raw_replayed_timeline{% endmacro %}
