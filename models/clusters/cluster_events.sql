{#- One row goes through the function; its size is bounded by the number of links. #}
-- A cluster is named after the older account of its oldest link: an account stays where
-- single links come and go with the evidence, and it can be found again by the name.
with

cluster_links as (

    select * from {{ ref('cluster_links') }}

),

linked_accounts as (

    select account_id_a as account_id from cluster_links
    union
    select account_id_b as account_id from cluster_links

),

account_profiles as (

    select
        account_id,
        first_seen_at
    from {{ ref('account_profiles') }}

),

numbered_accounts as (

    select
        linked_accounts.account_id,
        row_number() over (
            order by account_profiles.first_seen_at, linked_accounts.account_id
        ) as account_number
    from linked_accounts
    inner join account_profiles using (account_id)

),

numbered_links as (

    select
        one.account_number as one,
        other.account_number as other,
        cluster_links.established_at,
        md5(
            case
                when one.account_number < other.account_number then one.account_id
                else other.account_id
            end
        ) as older_id,
        row_number() over (
            order by
                cluster_links.established_at,
                cluster_links.account_id_a,
                cluster_links.account_id_b
        ) as link_number
    from cluster_links
    inner join numbered_accounts as one
        on cluster_links.account_id_a = one.account_id
    inner join numbered_accounts as other
        on cluster_links.account_id_b = other.account_id

),

link_list as (

    select
        array_agg(
            {{ row_struct({
                'link_number': 'link_number',
                'one': 'one',
                'other': 'other',
            }) }}
        ) as links
    from numbered_links

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
        founding.older_id as cluster_id,
        retired.older_id as other_cluster_id,
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
