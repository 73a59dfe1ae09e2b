-- One row per account with requests, numbered from 0 in order of its id. A bystander is
-- a benign account in the cluster of a campaign.
with

campaign_clusters as (

    select distinct cluster_member_links.cluster_id
    from cluster_member_links
    inner join truth using (account_id)
    where truth.is_extraction

)

select
    row_number() over (order by account_profiles.account_id) - 1 as account_number,
    account_profiles.account_id,
    truth.is_extraction,
    not truth.is_extraction and campaign_clusters.cluster_id is not null
        as is_bystander,
    coalesce(cluster_member_links.cluster_id, account_profiles.account_id) as group_key,
    coalesce(truth.persona || ' level ' || truth.level, truth.persona) as persona
from account_profiles
inner join truth using (account_id)
left join cluster_member_links using (account_id)
left join campaign_clusters using (cluster_id)
order by account_number
