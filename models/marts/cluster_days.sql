select
    cluster_assignments.cluster_id,
    account_days.activity_date,
    cast(count(*) as bigint) as active_accounts,
    cast(sum(account_days.requests) as bigint) as requests,
    cast(sum(account_days.extraction_like_requests) as bigint)
        as extraction_like_requests,
    cast(sum(account_days.input_tokens) as bigint) as input_tokens,
    cast(sum(account_days.output_tokens) as bigint) as output_tokens,
    cast(sum(account_days.reasoning_tokens) as bigint) as reasoning_tokens
from {{ ref('account_days') }} as account_days
inner join {{ ref('cluster_assignments') }} as cluster_assignments using (account_id)
group by cluster_assignments.cluster_id, account_days.activity_date
