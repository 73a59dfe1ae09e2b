{#-
    Days that requests are kept, counted back from the end of the log; 0: all of them.
    The environment goes before the var, which is given.
-#}
{% macro retention_days(by_var) %}
    {%- set days = env_var('EXTRACTION_WATCH_RETENTION_DAYS', by_var | string) -%}
    {%- if not modules.re.fullmatch('[0-9]{1,6}', days) -%}
        {{- exceptions.raise_compiler_error(
            'retention_days is ' ~ days ~ ', which is no number of days. Set '
            ~ 'EXTRACTION_WATCH_RETENTION_DAYS or the var to one, or to 0.'
        ) -}}
    {%- endif -%}
    {{- return(days | int) -}}
{% endmacro %}

{#-
    Time from which on the requests of a relation are kept, as a subquery. The log ends
    with its last usable request; one that is dated in the future does not count, or it
    would drive all others out.
-#}
{% macro retention_begin(relation, days) -%}
    (
        select max(requested_at) - interval {{ days }} day
        from {{ relation }}
        where
            rejection_reason is null
            and requested_at <= {{ extraction_watch.run_start() }} + interval 1 day
    )
{%- endmacro %}

{#- When this run started, UTC, as a timestamp. -#}
{% macro run_start() -%}
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}'
{%- endmacro %}

{#-
    Post-hook of the incremental staging models: removes the requests that are older. On
    Spark nothing is incremental, and the files of a session are gone with the next one.
-#}
{% macro remove_old_requests(by_var) %}
    {{- adapter.dispatch('remove_old_requests', 'extraction_watch')(by_var) -}}
{% endmacro %}
{% macro duckdb__remove_old_requests(by_var) %}
    {%- set days = extraction_watch.retention_days(by_var) -%}
    {%- if execute and days > 0 %}
        delete from {{ this }}
        where requested_at < {{ extraction_watch.retention_begin(this, days) }}
    {%- endif -%}
{% endmacro %}
{% macro spark__remove_old_requests(by_var) %}{% endmacro %}
