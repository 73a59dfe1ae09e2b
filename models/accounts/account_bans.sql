-- The first enforcement against an account that its owner did not ask for.
select
    account_id,
    min(occurred_at) as banned_at
from {{ ref('enforcement_events') }}
where action in ('banned', 'suspended')
group by account_id
