{% for log_format in var('log_formats') %}
select * from {{ ref('stg_' ~ log_format ~ '__api_requests') }}
{{ 'union all' if not loop.last }}
{% endfor %}
