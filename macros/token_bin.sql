{#- Half octave of a number of tokens: 0 for none, at most `bins_max`. -#}
{% macro token_bin(tokens, bins_max) -%}
    cast(
        least(floor(2 * ln(1 + greatest({{ tokens }}, 0)) / ln(2)), {{ bins_max }})
        as bigint
    )
{%- endmacro %}
