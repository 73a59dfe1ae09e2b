{{ config(materialized='table') }}

{%- set unknown_action = "action not in (
            'banned', 'suspended', 'key_revoked', 'key_rotated', 'closed_by_owner',
            'payment_failed', 'reinstated'
        )" %}

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
        when {{ unknown_action }} then 'unknown value'
    end as rejection_reason,
    case
        when _bad_column is not null then _bad_column
        when coalesce(account_id, '') = '' then 'account_id'
        when occurred_at is null then 'occurred_at'
        when action is null then 'action'
        when {{ unknown_action }} then 'action'
    end as rejected_column,
    {{ masked_excerpt('_bad_value') }} as rejected_value
from {{ raw('native', 'enforcement_events') }}
where {{ is_remembered('account_id') }}
