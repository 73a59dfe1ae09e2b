with

staged_requests as (

    select * from {{ ref('staged_requests') }}

),

request_exceptions as (

    select * from {{ ref('request_exceptions') }}
    where disposition in ('conflicting', 'future')

),

rejected_requests as (

    select
        log_format,
        'api_requests' as input_table,
        file_path,
        file_id,
        row_number,
        rejection_reason as reason,
        rejected_column,
        rejected_value
    from staged_requests
    where rejection_reason is not null

),

left_out_requests as (

    select
        staged_requests.log_format,
        'api_requests' as input_table,
        staged_requests.file_path,
        staged_requests.file_id,
        staged_requests.row_number,
        case request_exceptions.disposition
            when 'future' then 'dated in the future'
            else 'same request_id with other content'
        end as reason,
        case request_exceptions.disposition
            when 'future' then 'requested_at'
            else 'request_id'
        end as rejected_column,
        case request_exceptions.disposition
            when 'future' then cast(staged_requests.requested_at as string)
            else {{ masked_excerpt('staged_requests.request_id') }}
        end as rejected_value
    from staged_requests
    inner join request_exceptions
        on
            staged_requests.file_id = request_exceptions.file_id
            and staged_requests.row_number = request_exceptions.row_number
            and staged_requests.row_part = request_exceptions.row_part

),

{% for side_table in [
    'accounts', 'enforcement_events', 'model_releases', 'suppressions', 'usage_totals',
    'verdicts',
] %}
rejected_{{ side_table }} as (

    select
        'native' as log_format,
        '{{ side_table }}' as input_table,
        file_path,
        file_id,
        row_number,
        rejection_reason as reason,
        rejected_column,
        rejected_value
    from {{ ref('stg_native__' ~ side_table) }}
    where rejection_reason is not null

),

{% endfor %}

rejected as (

    select * from rejected_requests
    union all
    select * from left_out_requests
    {% for side_table in [
        'accounts', 'enforcement_events', 'model_releases', 'suppressions', 'usage_totals',
    'verdicts',
    ] %}
    union all
    select * from rejected_{{ side_table }}
    {% endfor %}

),

final as (

    select
        log_format,
        input_table,
        file_path as source_file,
        cast(row_number as bigint) as row_number,
        reason,
        rejected_column,
        rejected_value as excerpt
    from rejected

)

select * from final
