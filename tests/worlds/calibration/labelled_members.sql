-- One row per account in a community of links that is mostly of one campaign.
with

communities as (

    select
        membership_features.community_number,
        mode(truth.group_id) filter (truth.is_extraction) as campaign
    from membership_features
    inner join truth using (account_id)
    group by membership_features.community_number
    having count(*) >= 5 and 2 * count(*) filter (truth.is_extraction) > count(*)

)

select
    cast(1 as double) as any_account,
    cast(membership_features.mean_link as double) as mean_link,
    cast(membership_features.request_fit as double) as request_fit,
    truth.is_extraction and truth.group_id = communities.campaign as is_member
from membership_features
inner join truth using (account_id)
inner join communities using (community_number)
order by membership_features.account_id
