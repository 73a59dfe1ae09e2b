{% set identity = (
    'identity' if var('publish_network_identities') else 'keyed_hash(identity)'
) %}

with

account_entities as (

    select * from {{ ref('account_entities') }}
    where identity is not null

),

entity_rarity as (

    select * from {{ ref('entity_rarity') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

cluster_identities as (

    select
        cluster_assignments.account_id,
        cluster_assignments.cluster_id,
        account_entities.entity_type,
        account_entities.identity,
        entity_rarity.entity_accounts,
        account_entities.requests,
        account_entities.first_seen_at,
        count(*) over (
            partition by
                cluster_assignments.cluster_id,
                account_entities.entity_type,
                account_entities.entity_key
        ) as cluster_accounts
    from account_entities
    inner join cluster_assignments using (account_id)
    inner join entity_rarity using (entity_type, entity_key)

),

final as (

    select
        account_id,
        cluster_id,
        entity_type as identity_type,
        {{ identity }} as identity,
        cast(cluster_accounts as bigint) as cluster_accounts,
        cast(entity_accounts as bigint) as accounts,
        cast(requests as bigint) as requests,
        first_seen_at
    from cluster_identities
    where cluster_accounts > 1

)

select * from final
