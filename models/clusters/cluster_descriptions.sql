-- What a cluster targets and through what it works, in words.
with

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

account_capabilities as (

    select * from {{ ref('account_capabilities') }}
    where capability <> 'other'

),

requests as (

    select
        account_id,
        access_channel
    from {{ ref('requests') }}
    where access_channel is not null

),

account_profiles as (

    select
        account_id,
        access_pathway
    from {{ ref('account_profiles') }}

),

capability_totals as (

    select
        cluster_assignments.cluster_id,
        account_capabilities.capability as name,
        sum(account_capabilities.prompts) as weight
    from account_capabilities
    inner join cluster_assignments using (account_id)
    group by cluster_assignments.cluster_id, account_capabilities.capability

),

capability_shares as (

    select
        *,
        weight / sum(weight) over (partition by cluster_id) as capability_share
    from capability_totals

),

-- A tenth of the cluster's prompts, or it is not what the cluster is about.
capability_counts as (

    select
        cluster_id,
        name,
        weight
    from capability_shares
    where capability_share >= 0.1

),

channel_counts as (

    select
        cluster_assignments.cluster_id,
        requests.access_channel as name,
        count(*) as weight
    from requests
    inner join cluster_assignments using (account_id)
    group by cluster_assignments.cluster_id, requests.access_channel

),

pathway_counts as (

    select
        cluster_assignments.cluster_id,
        account_profiles.access_pathway as name,
        count(*) as weight
    from account_profiles
    inner join cluster_assignments using (account_id)
    where account_profiles.access_pathway is not null
    group by cluster_assignments.cluster_id, account_profiles.access_pathway

),

{% for kind in ['capability', 'channel', 'pathway'] %}
{{ kind }}_lists as (

    select
        cluster_id,
        {{ joined('name', ', ', 'weight desc, name') }} as names
    from {{ kind }}_counts
    group by cluster_id

),

{% endfor %}

clusters as (

    select distinct cluster_id
    from cluster_assignments

),

final as (

    select
        clusters.cluster_id,
        capability_lists.names as capabilities,
        channel_lists.names as access_channels,
        pathway_lists.names as access_pathways
    from clusters
    left join capability_lists using (cluster_id)
    left join channel_lists using (cluster_id)
    left join pathway_lists using (cluster_id)

)

select * from final
