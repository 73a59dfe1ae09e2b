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

embedded_links as (

    select
        links.*,
        coalesce(embeddedness.common_neighbours, 0) as common_neighbours,
        coalesce(
            links.weight >= {{ var('link_bridge_log_odds_min') }}
            or (
                links.weight >= {{ var('link_plain_log_odds_min') }}
                and embeddedness.plain_common_neighbours >= 1
            )
            or embeddedness.common_neighbours >= {{ var('link_weak_neighbours_min') }},
            false
        ) as is_supported
    from links
    left join embeddedness
        on
            links.account_id_a = embeddedness.account_id_a
            and links.account_id_b = embeddedness.account_id_b

),

ends as (

    select
        account_id_a as account_id,
        account_id_a,
        account_id_b,
        weight,
        is_supported
    from embedded_links
    union all
    select
        account_id_b as account_id,
        account_id_a,
        account_id_b,
        weight,
        is_supported
    from embedded_links

),

-- An account without a supported link hangs on its strongest: that is no bridge.
pendant_links as (

    select
        account_id_a,
        account_id_b
    from ends
    qualify
        max(cast(is_supported as int)) over (partition by account_id) = 0
        and row_number() over (
            partition by account_id
            order by round(weight, 6) desc, account_id_a asc, account_id_b asc
        ) = 1
        and weight >= {{ var('link_pendant_log_odds_min') }}

),

final as (

    select
        account_id_a,
        account_id_b,
        weight,
        established_at,
        common_neighbours
    from embedded_links
    where is_supported
    union
    select
        embedded_links.account_id_a,
        embedded_links.account_id_b,
        embedded_links.weight,
        embedded_links.established_at,
        embedded_links.common_neighbours
    from embedded_links
    inner join pendant_links
        on
            embedded_links.account_id_a = pendant_links.account_id_a
            and embedded_links.account_id_b = pendant_links.account_id_b

)

select * from final
