select
    cluster_id,
    event,
    other_cluster_id,
    case event
        when 'founded' then 'first link between two accounts of no cluster'
        when 'merged' then 'a link joined two clusters; the older id stays'
    end as reason,
    occurred_at
from {{ ref('cluster_events') }}
where event in ('founded', 'merged')
