select
    cluster_id,
    generation,
    cast(count(*) as bigint) as accounts,
    cast(count(*) - count(banned_at) as bigint) as active_accounts,
    cast(sum(requests) as bigint) as requests,
    {{ extraction_watch.head_figures() }},
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at
from {{ ref('head_lives') }}
group by cluster_id, generation
