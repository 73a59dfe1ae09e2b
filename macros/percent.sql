{#- A share as text in whole percents. -#}
{% macro percent(share) -%}
    cast(cast(round(100 * ({{ share }}), 0) as bigint) as string) || '%'
{%- endmacro %}
