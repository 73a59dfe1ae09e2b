-- Pairs that all they share could make a link, if nothing were capped: in large logs a
-- few in a hundred of the compared ones. Only these are worth putting in order.
with

weighed_sharing as (

    select * from {{ ref('weighed_sharing') }}

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

totals as (

    select
        account_id_a,
        account_id_b,
        sum(raw_weight) as weight
    from weighed_sharing
    where raw_weight > 0
    group by account_id_a, account_id_b

),

final as (

    select
        totals.account_id_a,
        totals.account_id_b,
        population.prior_log_odds
    from totals
    cross join population
    -- sums of the same numbers in another order differ by less
    where
        totals.weight + population.prior_log_odds + 0.000001
        >= {{ var('link_log_odds_min') }}

)

select * from final
