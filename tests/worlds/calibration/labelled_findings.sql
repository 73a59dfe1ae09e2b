-- One row per finding about an account or about its cluster, the latter times the
-- strength of the membership: what models/evidence/weighed_findings.sql weighs.
with

account_numbers as (

    select
        account_id,
        row_number() over (order by account_id) - 1 as account_number
    from account_profiles
    inner join truth using (account_id)

),

own_findings as (

    select
        entity_id as account_id,
        signal,
        entity_type,
        value
    from findings
    where entity_type = 'account'

),

handed_findings as (

    select
        cluster_member_links.account_id,
        findings.signal,
        findings.entity_type,
        findings.value * cluster_member_links.strength as value
    from findings
    inner join cluster_member_links
        on findings.entity_id = cluster_member_links.cluster_id
    where findings.entity_type = 'cluster'

),

all_findings as (

    select * from own_findings
    union all
    select * from handed_findings

)

select
    account_numbers.account_number,
    all_findings.signal,
    all_findings.entity_type,
    cast(all_findings.value as double) as value
from all_findings
inner join account_numbers using (account_id)
order by
    account_numbers.account_number,
    all_findings.signal,
    all_findings.entity_type,
    all_findings.value
