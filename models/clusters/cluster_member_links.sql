with

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

cluster_links as (

    select * from {{ ref('cluster_links') }}

),

fitting_members as (

    select
        account_id,
        membership_log_odds
    from {{ ref('fitting_members') }}

),

account_links as (

    select
        account_id_a as account_id,
        weight
    from cluster_links
    union all
    select
        account_id_b as account_id,
        weight
    from cluster_links

),

final as (

    select
        cluster_assignments.cluster_id,
        cluster_assignments.account_id,
        cluster_assignments.joined_at,
        count(*) as links,
        max(account_links.weight) as strongest_weight,
        1 / (1 + exp(-max(fitting_members.membership_log_odds))) as strength
    from cluster_assignments
    inner join account_links using (account_id)
    inner join fitting_members using (account_id)
    group by
        cluster_assignments.cluster_id,
        cluster_assignments.account_id,
        cluster_assignments.joined_at

)

select * from final
