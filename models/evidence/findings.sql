{{ config(materialized='view') }}

{%- do check_settings() -%}
{% for signal in var('signals') + var('extra_signals') %}
select
    entity_type,
    entity_id,
    signal,
    family,
    value,
    baseline,
    raw_weight,
    sentence,
    observed_from,
    observed_to
from {{ ref('signal__' ~ signal) }}
{{ 'union all' if not loop.last }}
{% endfor %}
