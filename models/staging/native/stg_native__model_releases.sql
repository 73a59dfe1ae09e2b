{{ config(materialized='table') }}

select
    _file_id as file_id,
    _file_path as file_path,
    _row_number as row_number,
    model,
    released_at,
    case
        when _bad_column = '<row>' then 'malformed row'
        when _bad_column is not null then 'value of the wrong type'
        when coalesce(model, '') = '' then 'missing value'
        when released_at is null then 'missing value'
    end as rejection_reason,
    case
        when _bad_column is not null then _bad_column
        when coalesce(model, '') = '' then 'model'
        when released_at is null then 'released_at'
    end as rejected_column,
    {{ masked_excerpt('_bad_value') }} as rejected_value
from {{ raw('native', 'model_releases') }}
