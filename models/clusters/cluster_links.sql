-- The links that make clusters: those between members of one community.
with

supported_links as (

    select * from {{ ref('supported_links') }}

),

fitting_members as (

    select * from {{ ref('fitting_members') }}

),

final as (

    select supported_links.*
    from supported_links
    inner join fitting_members as one
        on supported_links.account_id_a = one.account_id
    inner join fitting_members as other
        on
            supported_links.account_id_b = other.account_id
            and one.community_number = other.community_number

)

select * from final
