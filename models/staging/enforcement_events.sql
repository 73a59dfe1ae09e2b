-- Rows of all formats; an event told twice counts once.
select distinct
    account_id,
    action,
    reason,
    occurred_at
from {{ ref('stg_native__enforcement_events') }}
where rejection_reason is null
union
select
    account_id,
    action,
    reason,
    occurred_at
from {{ ref('stg_litellm__enforcement_events') }}
