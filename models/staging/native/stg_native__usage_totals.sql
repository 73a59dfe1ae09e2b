{{ config(materialized='table') }}

select
    _file_id as file_id,
    _file_path as file_path,
    _row_number as row_number,
    model,
    requests,
    input_tokens,
    output_tokens,
    usage_date,
    case
        when _bad_column = '<row>' then 'malformed row'
        when _bad_column is not null then 'value of the wrong type'
        when usage_date is null then 'missing value'
        when requests is null then 'missing value'
        when requests < 0 then 'negative count'
    end as rejection_reason,
    case
        when _bad_column is not null then _bad_column
        when usage_date is null then 'usage_date'
        when requests is null or requests < 0 then 'requests'
    end as rejected_column,
    {{ masked_excerpt('_bad_value') }} as rejected_value
from {{ raw('native', 'usage_totals') }}
