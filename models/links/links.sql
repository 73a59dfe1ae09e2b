with

pair_evidence as (

    select * from {{ ref('pair_evidence') }}

),

population as (

    -- prior log-odds that two accounts of this population are one operator's
    select
        ln(
            {{ var('link_pool_accounts') }}
            / greatest(max(population_accounts), {{ var('link_pool_accounts') }} + 1)
        ) as prior_log_odds
    from {{ ref('account_profiles') }}

),

accumulated as (

    select
        pair_evidence.*,
        sum(pair_evidence.weight) over (
            partition by pair_evidence.account_id_a, pair_evidence.account_id_b
            order by
                pair_evidence.shared_since,
                pair_evidence.entity_type,
                pair_evidence.entity_key
            rows between unbounded preceding and current row
        ) + population.prior_log_odds as weight_so_far
    from pair_evidence
    cross join population

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
