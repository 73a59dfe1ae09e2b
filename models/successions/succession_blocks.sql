-- What puts an account that ended and an account that came later side by side: one
-- cluster, one organization, or a rare thing that both use.
with

shared_entities as (

    select * from {{ ref('shared_entities') }}
    where
        rarity >= {{ var('succession_rarity_min') }}
        and entity_accounts <= {{ var('succession_entity_accounts_max') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

known_accounts as (

    select * from {{ ref('known_accounts') }}

),

final as (

    select
        account_id,
        'cluster' as block_type,
        cluster_id as block_key
    from cluster_assignments
    union all
    select
        account_id,
        'organization' as block_type,
        organization_id as block_key
    from known_accounts
    where organization_id <> ''
    union all
    select
        account_id,
        entity_type as block_type,
        entity_key as block_key
    from shared_entities

)

select * from final
