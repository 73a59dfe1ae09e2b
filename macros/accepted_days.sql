{#-
    Whether a day is one that somebody has looked at and accepted as it is, as an SQL
    condition. The environment goes before the var, which is given.
-#}
{% macro is_accepted_day(day, by_var) %}
    {%- set given = env_var('EXTRACTION_WATCH_ACCEPTED_DAYS', by_var | join(',')) -%}
    {%- set days = given.replace(' ', '').split(',') | select | list -%}
    {%- set form = '[0-9]{4}-[0-9]{2}-[0-9]{2}' -%}
    {%- for one in days if not modules.re.fullmatch(form, one | string) -%}
        {{- exceptions.raise_compiler_error(
            'accepted_days holds ' ~ one ~ ', which is no day. Set the var to a list '
            ~ 'of days, or EXTRACTION_WATCH_ACCEPTED_DAYS to days with commas between, '
            ~ 'as 2026-03-02.'
        ) -}}
    {%- endfor -%}
    {%- if days -%}
        {{ day }} in (
            {%- for one in days -%}
                date '{{ one }}'{{ ', ' if not loop.last }}
            {%- endfor -%}
        )
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
