{#- One row goes through the function; its size is bounded by the number of links. -#}
-- Which accounts are tied together firmly: components of links, cut at their bridges.
with

supported_links as (

    select * from {{ ref('supported_links') }}

),

linked_accounts as (

    select account_id_a as account_id from supported_links
    union
    select account_id_b as account_id from supported_links

),

numbered_accounts as (

    select
        account_id,
        row_number() over (order by account_id) as account_number
    from linked_accounts

),

link_list as (

    select
        array_agg(
            {{ row_struct({
                'one': 'one.account_number',
                'other': 'other.account_number',
                'weight': 'cast(1 / (1 + exp(-supported_links.weight)) as double)',
            }) }}
        ) as links
    from supported_links
    inner join numbered_accounts as one
        on supported_links.account_id_a = one.account_id
    inner join numbered_accounts as other
        on supported_links.account_id_b = other.account_id

),

members as (

    select {{ explode('link_communities(links)') }} as member
    from link_list

),

named_members as (

    select
        member.account_number,
        member.community as community_number
    from members

),

final as (

    select
        numbered_accounts.account_id,
        named_members.community_number
    from named_members
    inner join numbered_accounts using (account_number)

)

select * from final
