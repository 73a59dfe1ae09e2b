{#- Log-odds of a probability that is known when the model is compiled. -#}
{% macro logit(probability) -%}
    ln(cast({{ probability }} as double) / (1 - cast({{ probability }} as double)))
{%- endmacro %}
