-- The history of the links as they are known now, and what became of ids that earlier
-- runs published and this history does not know.
with

cluster_events as (

    select
        cluster_id,
        event,
        other_cluster_id,
        case event
            when 'founded' then 'first link between two accounts of no cluster'
            when 'merged' then 'a link joined two clusters; the older id stays'
        end as reason,
        'links' as known_from,
        occurred_at
    from {{ ref('cluster_events') }}
    where event in ('founded', 'merged')

),

cluster_changes as (

    select
        cluster_id,
        event,
        other_cluster_id,
        case event
            when 'dissolved'
                then
                    'none of its '
                    || cast(accounts as string)
                    || ' accounts is in a cluster any more'
            else
                cast(moved_accounts as string)
                || ' of its '
                || cast(accounts as string)
                || ' accounts are in this cluster now'
        end as reason,
        'publications' as known_from,
        occurred_at
    from {{ ref('cluster_changes') }}

),

published_lineage as (

    select
        cluster_id,
        event,
        other_cluster_id,
        reason,
        known_from,
        occurred_at
    from {{ kept_state('published_lineage') }}
    where
        known_from = 'publications'
        -- a cluster may be named after an account that was forgotten since
        and {{ is_remembered('cluster_id') }}
        and {{ is_remembered('other_cluster_id') }}

),

final as (

    select * from cluster_events
    union all
    select * from cluster_changes
    union all
    select * from published_lineage

)

select * from final
