-- Accounts that replaced some banned account, and the likeliest one.
with

succession_scores as (

    select * from {{ ref('succession_scores') }}
    where after_requests = 0

),

succession_candidates as (

    select * from {{ ref('succession_candidates') }}

),

ranked as (

    select
        succession_scores.predecessor_account_id,
        succession_scores.successor_account_id,
        succession_candidates.delay_hours,
        sum(succession_scores.probability) over (
            partition by succession_scores.successor_account_id
        ) as heir_probability,
        row_number() over (
            partition by succession_scores.successor_account_id
            order by
                round(succession_scores.probability, 9) desc,
                succession_scores.predecessor_account_id
        ) as succession_rank
    from succession_scores
    inner join succession_candidates
        using (predecessor_account_id, successor_account_id)

),

final as (

    select
        successor_account_id as account_id,
        predecessor_account_id,
        heir_probability,
        delay_hours
    from ranked
    where
        succession_rank = 1
        and heir_probability >= {{ var('succession_probability_min') }}

)

select * from final
