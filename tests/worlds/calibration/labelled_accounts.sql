-- One row per account with requests, numbered from 0 in order of its id.
select
    row_number() over (order by account_profiles.account_id) - 1 as account_number,
    account_profiles.account_id,
    truth.is_extraction,
    coalesce(truth.persona || ' level ' || truth.level, truth.persona) as persona
from account_profiles
inner join truth using (account_id)
order by account_number
