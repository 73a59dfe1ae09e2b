-- A link is kept when it is strong by itself or embedded among others: between two
-- accounts that have no third in common it may be a bridge between strangers, and a
-- weak one needs a crowd of common neighbours (structural embeddedness).
with

links as (

    select * from {{ ref('links') }}

),

directed as (

    select
        account_id_a as account_id,
        account_id_b as neighbour_id,
        weight
    from links
    union all
    select
        account_id_b as account_id,
        account_id_a as neighbour_id,
        weight
    from links

),

embeddedness as (

    select
        links.account_id_a,
        links.account_id_b,
        count(*) as common_neighbours,
        sum(
            case
                when
                    least(one.weight, other.weight)
                    >= {{ var('link_plain_log_odds_min') }}
                    then 1
                else 0
            end
        ) as plain_common_neighbours
    from links
    inner join directed as one on links.account_id_a = one.account_id
    inner join directed as other
        on
            links.account_id_b = other.account_id
            and one.neighbour_id = other.neighbour_id
    group by links.account_id_a, links.account_id_b

),

final as (

    select
        links.*,
        coalesce(embeddedness.common_neighbours, 0) as common_neighbours
    from links
    left join embeddedness
        on
            links.account_id_a = embeddedness.account_id_a
            and links.account_id_b = embeddedness.account_id_b
    where
        links.weight >= {{ var('link_bridge_log_odds_min') }}
        or (
            links.weight >= {{ var('link_plain_log_odds_min') }}
            and embeddedness.plain_common_neighbours >= 1
        )
        or embeddedness.common_neighbours >= {{ var('link_weak_neighbours_min') }}

)

select * from final
