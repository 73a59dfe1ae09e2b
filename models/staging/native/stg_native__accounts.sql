{{ config(materialized='table') }}

select
    _file_id as file_id,
    _file_path as file_path,
    _row_number as row_number,
    account_id,
    organization_id,
    email_domain,
    signup_ip,
    signup_country,
    access_pathway,
    payment_fingerprint,
    created_at,
    case
        when _bad_column = '<row>' then 'malformed row'
        when _bad_column is not null then 'value of the wrong type'
        when coalesce(account_id, '') = '' then 'missing value'
    end as rejection_reason,
    case
        when _bad_column is not null then _bad_column
        when coalesce(account_id, '') = '' then 'account_id'
    end as rejected_column,
    {{ masked_excerpt('_bad_value') }} as rejected_value
from {{ raw('native', 'accounts') }}
where {{ is_remembered('account_id') }}
