{#- Fails with the values outside of the bounds; nulls pass. -#}
{% test between(model, column_name, low, high) %}
    select {{ column_name }}
    from {{ model }}
    where not ({{ column_name }} >= {{ low }} and {{ column_name }} <= {{ high }})
{% endtest %}
