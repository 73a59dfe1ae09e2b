{#- One row goes through the function; its size is bounded by the number of links. -#}
with

cluster_links as (

    select * from {{ ref('cluster_links') }}

),

linked_accounts as (

    select account_id_a as account_id from cluster_links
    union
    select account_id_b as account_id from cluster_links

),

numbered_accounts as (

    select
        account_id,
        row_number() over (order by account_id) as account_number
    from linked_accounts

),

numbered_links as (

    select
        *,
        row_number() over (order by established_at, account_id_a, account_id_b)
            as link_number
    from cluster_links

),

link_list as (

    select
        array_agg(
            {{ row_struct({
                'link_number': 'numbered_links.link_number',
                'one': 'one.account_number',
                'other': 'other.account_number',
            }) }}
        ) as links
    from numbered_links
    inner join numbered_accounts as one on numbered_links.account_id_a = one.account_id
    inner join numbered_accounts as other
        on numbered_links.account_id_b = other.account_id

),

cluster_events as (

    select {{ explode('cluster_history(links)') }} as event
    from link_list

),

events as (

    select
        event.kind as event,
        event.account_number,
        event.founding_link,
        event.other_founding_link,
        event.link_number
    from cluster_events

),

final as (

    select
        events.event,
        numbered_accounts.account_id,
        md5(founding.account_id_a || '|' || founding.account_id_b) as cluster_id,
        md5(retired.account_id_a || '|' || retired.account_id_b) as other_cluster_id,
        numbered_links.established_at as occurred_at
    from events
    inner join numbered_links as founding
        on events.founding_link = founding.link_number
    inner join numbered_links
        on events.link_number = numbered_links.link_number
    left join numbered_links as retired
        on events.other_founding_link = retired.link_number
    left join numbered_accounts
        on events.account_number = numbered_accounts.account_number

)

select * from final
