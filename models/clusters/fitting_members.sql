-- Accounts that belong to their community by their links and by what they send.
with

supported_links as (

    select * from {{ ref('supported_links') }}

),

link_communities as (

    select * from {{ ref('link_communities') }}

),

membership_fits as (

    select * from {{ ref('membership_fits') }}

),

directed as (

    select
        account_id_a as account_id,
        account_id_b as neighbour_id,
        weight
    from supported_links
    union all
    select
        account_id_b as account_id,
        account_id_a as neighbour_id,
        weight
    from supported_links

),

strongest_links as (

    select
        link_communities.account_id,
        link_communities.community_number,
        max(directed.weight) as weight
    from link_communities
    inner join directed on link_communities.account_id = directed.account_id
    inner join link_communities as neighbours
        on
            directed.neighbour_id = neighbours.account_id
            and link_communities.community_number = neighbours.community_number
    group by link_communities.account_id, link_communities.community_number

),

judged as (

    select
        strongest_links.account_id,
        strongest_links.community_number,
        strongest_links.weight
        + least(
            greatest(
                coalesce(membership_fits.log_ratio, 0),
                -{{ var('membership_fit_max') }}
            ),
            {{ var('membership_fit_max') }}
        ) as membership_log_odds
    from strongest_links
    left join membership_fits using (account_id)

),

final as (

    select *
    from judged
    where membership_log_odds >= {{ var('membership_log_odds_min') }}

)

select * from final
