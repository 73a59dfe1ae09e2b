{%- do check_settings() -%}
{% set days = retention_days(var('retention_days')) %}

with

all_requests as (

    {% for log_format in var('log_formats') %}
    select * from {{ ref('stg_' ~ log_format ~ '__api_requests') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select * from all_requests
    {% if days > 0 %}
    where
        (requested_at < {{ retention_begin('all_requests', days) }}) is not true
    {% endif %}

)

select * from final
