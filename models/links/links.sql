with

pair_evidence as (

    select * from {{ ref('pair_evidence') }}

),

accumulated as (

    select
        *,
        sum(weight) over (
            partition by account_id_a, account_id_b
            order by shared_since, entity_type, entity_key
            rows between unbounded preceding and current row
        ) + prior_log_odds as weight_so_far
    from pair_evidence

),

final as (

    select
        account_id_a,
        account_id_b,
        max(weight_so_far) as weight,
        min(
            case
                when weight_so_far >= {{ var('link_log_odds_min') }} then shared_since
            end
        ) as established_at
    from accumulated
    group by account_id_a, account_id_b
    having max(weight_so_far) >= {{ var('link_log_odds_min') }}

)

select * from final
