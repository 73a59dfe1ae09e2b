-- A link between two accounts that have no third in common may be a bridge between
-- strangers: it counts only when it is strong by itself.
with

links as (

    select * from {{ ref('links') }}

),

directed as (

    select
        account_id_a as account_id,
        account_id_b as neighbour_id
    from links
    union all
    select
        account_id_b as account_id,
        account_id_a as neighbour_id
    from links

),

triangles as (

    select distinct
        links.account_id_a,
        links.account_id_b
    from links
    inner join directed as one on links.account_id_a = one.account_id
    inner join directed as other
        on
            links.account_id_b = other.account_id
            and one.neighbour_id = other.neighbour_id

),

final as (

    select links.*
    from links
    left join triangles
        on
            links.account_id_a = triangles.account_id_a
            and links.account_id_b = triangles.account_id_b
    where
        triangles.account_id_a is not null
        or links.weight >= {{ var('link_bridge_log_odds_min') }}

)

select * from final
