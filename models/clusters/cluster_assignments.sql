select
    account_id,
    cluster_id,
    occurred_at as joined_at
from {{ ref('cluster_events') }}
where event = 'member'
