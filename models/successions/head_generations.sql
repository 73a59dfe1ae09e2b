-- How many replacements lead to an account. Pointers to a predecessor are doubled in
-- each round: six rounds reach 64 generations.
{% set rounds = 6 %}

with

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

succession_heirs as (

    select * from {{ ref('succession_heirs') }}

),

round_0 as (

    select
        cluster_assignments.account_id,
        succession_heirs.predecessor_account_id as ancestor_account_id,
        case when succession_heirs.account_id is null then 0 else 1 end as steps
    from cluster_assignments
    left join succession_heirs
        on cluster_assignments.account_id = succession_heirs.account_id

),

{% for round in range(1, rounds + 1) %}
round_{{ round }} as (

    select
        heads.account_id,
        ancestors.ancestor_account_id,
        heads.steps + coalesce(ancestors.steps, 0) as steps
    from round_{{ round - 1 }} as heads
    left join round_{{ round - 1 }} as ancestors
        on heads.ancestor_account_id = ancestors.account_id

),

{% endfor %}
final as (

    select
        account_id,
        cast(steps + 1 as bigint) as generation
    from round_{{ rounds }}

)

select * from final
