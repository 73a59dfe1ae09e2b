{#-
    Numbers of an account's first requests after which successions also judges it. Not a
    var: the published columns are named after them.
-#}
{% macro early_requests() -%}
    {{ return([3, 10, 30]) }}
{%- endmacro %}
