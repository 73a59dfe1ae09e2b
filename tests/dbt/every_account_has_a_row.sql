select requests.account_id
from {{ ref('requests') }} as requests
left join {{ ref('accounts') }} as accounts using (account_id)
where accounts.account_id is null
