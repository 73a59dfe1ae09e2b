select
    cluster_id,
    count(*) as accounts
from {{ ref('accounts') }}
where cluster_id is not null
group by cluster_id
having count(*) < 2
