-- One row per candidate pair, numbered from 0, but those of successors whose true
-- predecessor is not among their candidates.
with

pairs as (

    select
        succession_candidates.*,
        account_ends.is_ban,
        coalesce(truth.successor_of = predecessor_account_id, false) as is_true,
        truth.successor_of is not null as has_predecessor,
        truth.is_extraction,
        (predecessors.log_odds + successors.log_odds) / 2 as extraction_log_odds
    from succession_candidates
    inner join account_ends
        on succession_candidates.predecessor_account_id = account_ends.account_id
    inner join truth on succession_candidates.successor_account_id = truth.account_id
    inner join entity_scores as predecessors
        on
            succession_candidates.predecessor_account_id = predecessors.entity_id
            and predecessors.entity_type = 'account'
    inner join entity_scores as successors
        on
            succession_candidates.successor_account_id = successors.entity_id
            and successors.entity_type = 'account'

),

usable_pairs as (

    select *
    from pairs
    qualify
        not has_predecessor
        or bool_or(is_true) over (partition by successor_account_id)

)

select
    row_number() over (order by successor_account_id, predecessor_account_id) - 1
        as pair_number,
    dense_rank() over (order by successor_account_id) - 1 as successor_number,
    predecessor_account_id,
    successor_account_id,
    is_true,
    is_ban,
    is_extraction,
    extraction_log_odds
from usable_pairs
order by pair_number
