select
    cluster_id,
    max(generation) as generations,
    {{ extraction_watch.head_figures() }}
from {{ ref('head_lives') }}
group by cluster_id
