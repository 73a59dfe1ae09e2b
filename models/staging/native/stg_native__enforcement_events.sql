{{ config(materialized='table') }}

select
    _file_id as file_id,
    _file_path as file_path,
    _row_number as row_number,
    account_id,
    action,
    reason,
    occurred_at,
    case
        when _bad_column = '<row>' then 'malformed row'
        when _bad_column is not null then 'value of the wrong type'
        when coalesce(account_id, '') = '' then 'missing value'
        when occurred_at is null then 'missing value'
        when action is null then 'missing value'
    end as rejection_reason,
    case
        when _bad_column is not null then _bad_column
        when coalesce(account_id, '') = '' then 'account_id'
        when occurred_at is null then 'occurred_at'
        when action is null then 'action'
    end as rejected_column,
    {{ masked_excerpt('_bad_value') }} as rejected_value
from {{ raw('native', 'enforcement_events') }}
where {{ is_remembered('account_id') }}
