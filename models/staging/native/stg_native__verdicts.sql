{{ config(materialized='table') }}

select
    _file_id as file_id,
    _file_path as file_path,
    _row_number as row_number,
    entity_type,
    entity_id,
    verdict,
    decided_by,
    decided_at,
    case
        when _bad_column = '<row>' then 'malformed row'
        when _bad_column is not null then 'value of the wrong type'
        when coalesce(entity_type, '') = '' then 'missing value'
        when coalesce(entity_id, '') = '' then 'missing value'
        when verdict is null then 'missing value'
        when entity_type not in ('account', 'session', 'cluster') then 'unknown value'
        when verdict not in ('extraction', 'benign') then 'unknown value'
    end as rejection_reason,
    case
        when _bad_column is not null then _bad_column
        when coalesce(entity_type, '') = '' then 'entity_type'
        when coalesce(entity_id, '') = '' then 'entity_id'
        when verdict is null then 'verdict'
        when entity_type not in ('account', 'session', 'cluster') then 'entity_type'
        when verdict not in ('extraction', 'benign') then 'verdict'
    end as rejected_column,
    {{ masked_excerpt('_bad_value') }} as rejected_value
from {{ raw('native', 'verdicts') }}
where {{ is_remembered('entity_id') }}
