-- The links that make clusters: those within one community.
with

supported_links as (

    select * from {{ ref('supported_links') }}

),

link_communities as (

    select * from {{ ref('link_communities') }}

),

final as (

    select supported_links.*
    from supported_links
    inner join link_communities as one
        on supported_links.account_id_a = one.account_id
    inner join link_communities as other
        on
            supported_links.account_id_b = other.account_id
            and one.community_number = other.community_number

)

select * from final
