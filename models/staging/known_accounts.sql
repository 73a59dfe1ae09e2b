{{ config(materialized='table') }}

-- Of several rows for one account the one of the last file, and in it the last, counts.
select
    account_id,
    organization_id,
    email_domain,
    signup_ip,
    signup_country,
    access_pathway,
    payment_fingerprint,
    created_at
from {{ ref('stg_native__accounts') }}
where rejection_reason is null
qualify row_number() over (
    partition by account_id
    order by file_path desc, row_number desc, file_id desc
) = 1
