with

cluster_member_links as (

    select * from {{ ref('cluster_member_links') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

account_bans as (

    select * from {{ ref('account_bans') }}

),

members as (

    select
        cluster_member_links.cluster_id,
        cluster_member_links.strongest_weight,
        cluster_member_links.links,
        account_profiles.*,
        account_bans.banned_at
    from cluster_member_links
    inner join account_profiles using (account_id)
    left join account_bans using (account_id)

),

final as (

    select
        cluster_id,
        count(*) as accounts,
        count(banned_at) as banned_accounts,
        sum(links) / 2 as links,
        min(strongest_weight) as weakest_link_weight,
        sum(requests) as requests,
        sum(text_requests) as text_requests,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(reasoning_tokens) as reasoning_tokens,
        sum(follow_up_requests) as follow_up_requests,
        stddev_samp(ln(requests / active_days)) as daily_volume_spread,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from members
    group by cluster_id

)

select * from final
