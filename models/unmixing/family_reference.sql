-- Requests of each prompt family by accounts that have no link, as a share of
-- those with text; half a request where there is none.
with

family_accounts as (

    select * from {{ ref('family_accounts') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

link_communities as (

    select * from {{ ref('link_communities') }}

),

text_requests as (

    select sum(account_profiles.text_requests) as requests
    from account_profiles
    left join link_communities using (account_id)
    where link_communities.account_id is null

),

unlinked as (

    select
        family_accounts.family_id,
        sum(
            case
                when link_communities.account_id is null then family_accounts.requests
                else 0
            end
        ) as requests
    from family_accounts
    left join link_communities using (account_id)
    group by family_accounts.family_id

),

final as (

    select
        unlinked.family_id,
        (unlinked.requests + 0.5) / (coalesce(text_requests.requests, 0) + 1)
            as request_share
    from unlinked
    cross join text_requests

)

select * from final
