with

cluster_member_links as (

    select * from {{ ref('cluster_member_links') }}

),

account_bans as (

    select * from {{ ref('account_bans') }}

),

account_links as (

    select
        account_id_a as account_id,
        account_id_b as neighbour_id,
        weight,
        reasons
    from {{ ref('account_links') }}
    union all
    select
        account_id_b as account_id,
        account_id_a as neighbour_id,
        weight,
        reasons
    from {{ ref('account_links') }}

),

strongest_links as (

    select *
    from account_links
    qualify row_number() over (
        partition by account_id
        -- rounded: sums of the same weights in another order are still a tie
        order by round(weight, 6) desc, neighbour_id
    ) = 1

),

succession_heirs as (

    select * from {{ ref('succession_heirs') }}

),

head_generations as (

    select * from {{ ref('head_generations') }}

),

final as (

    select
        cluster_member_links.cluster_id,
        cluster_member_links.account_id,
        strongest_links.reasons as strongest_reason,
        cluster_member_links.strength,
        succession_heirs.predecessor_account_id,
        head_generations.generation,
        cluster_member_links.joined_at,
        account_bans.banned_at as left_at
    from cluster_member_links
    inner join strongest_links using (account_id)
    left join account_bans using (account_id)
    inner join head_generations using (account_id)
    left join succession_heirs using (account_id)

)

select * from final
