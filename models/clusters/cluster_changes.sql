-- What became of the clusters that the last published state had, as far as the history
-- of the links does not tell it: what is known of links now is not what was known then.
with

published_members as (

    select
        cluster_id,
        account_id
    from {{ kept_state('published_members') }}
    -- a cluster may be named after an account that was forgotten since
    where {{ is_remembered('cluster_id') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

merged_clusters as (

    select distinct other_cluster_id as cluster_id
    from {{ ref('cluster_events') }}
    where event = 'merged'

),

log_span as (

    select * from {{ ref('log_span') }}

),

clusters_now as (

    select distinct cluster_id
    from cluster_assignments

),

clusters_before as (

    select
        published_members.cluster_id,
        count(*) as accounts,
        max(clusters_now.cluster_id) is null as is_gone
    from published_members
    left join clusters_now using (cluster_id)
    group by published_members.cluster_id

),

moves as (

    select
        published_members.cluster_id as cluster_before,
        cluster_assignments.cluster_id as cluster_after,
        count(*) as accounts
    from published_members
    inner join cluster_assignments using (account_id)
    group by published_members.cluster_id, cluster_assignments.cluster_id

),

ranked_moves as (

    select
        *,
        row_number() over (
            partition by cluster_before
            order by accounts desc, cluster_after asc
        ) = 1 as is_largest_part,
        row_number() over (
            partition by cluster_after
            order by accounts desc, cluster_before asc
        ) = 1 as is_main_source
    from moves

),

changes as (

    select
        case
            when
                clusters_before.is_gone
                and ranked_moves.is_largest_part
                and ranked_moves.is_main_source
                then 'renamed'
            when clusters_before.is_gone and ranked_moves.is_largest_part then 'merged'
            when ranked_moves.is_main_source and ranked_moves.accounts >= 2 then 'split'
        end as event,
        ranked_moves.cluster_after as cluster_id,
        clusters_before.cluster_id as other_cluster_id,
        ranked_moves.accounts as moved_accounts,
        clusters_before.accounts
    from clusters_before
    inner join ranked_moves on clusters_before.cluster_id = ranked_moves.cluster_before
    where ranked_moves.cluster_after <> clusters_before.cluster_id
    union all
    select
        'dissolved' as event,
        clusters_before.cluster_id,
        cast(null as string) as other_cluster_id,
        0 as moved_accounts,
        clusters_before.accounts
    from clusters_before
    left join moves on clusters_before.cluster_id = moves.cluster_before
    where clusters_before.is_gone and moves.cluster_after is null

),

untold_changes as (

    select changes.*
    from changes
    left join merged_clusters on changes.other_cluster_id = merged_clusters.cluster_id
    where
        changes.event in ('split', 'dissolved')
        or (changes.event is not null and merged_clusters.cluster_id is null)

),

final as (

    select
        untold_changes.*,
        log_span.end_at as occurred_at
    from untold_changes
    cross join log_span

)

select * from final
