-- What tells whether an account belongs to its community of links: how strong its
-- links to the others are on average (the strongest of many may be chance), and whether
-- its requests look as if it had its even share of their work.
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

inner_links as (

    select
        link_communities.account_id,
        link_communities.community_number,
        avg(directed.weight) as mean_link
    from link_communities
    inner join directed on link_communities.account_id = directed.account_id
    inner join link_communities as neighbours
        on
            directed.neighbour_id = neighbours.account_id
            and link_communities.community_number = neighbours.community_number
    group by link_communities.account_id, link_communities.community_number

),

final as (

    select
        inner_links.account_id,
        inner_links.community_number,
        inner_links.mean_link,
        least(
            greatest(
                coalesce(membership_fits.log_ratio, 0),
                -{{ var('membership_fit_max') }}
            ),
            {{ var('membership_fit_max') }}
        ) as request_fit
    from inner_links
    left join membership_fits using (account_id)

)

select * from final
