-- Whether an account that continues a banned one replaces it in an extraction: by what
-- the two are taken for. After few requests only the banned one has been seen.
{% set same_successor = 'partition by successor_account_id, after_requests' %}

with

succession_matches as (

    select * from {{ ref('succession_matches') }}

),

account_ends as (

    select * from {{ ref('account_ends') }}

),

account_scores as (

    select
        entity_id as account_id,
        log_odds
    from {{ ref('entity_scores') }}
    where entity_type = 'account'

),

replacement_weights as (

    select
        max(case when feature = 'any_pair' then weight end) as any_pair,
        max(case when feature = 'extraction' then weight end) as extraction
    from {{ ref('succession_weights') }}
    where question = 'replacement'

),

-- What a successor probably comes from is the mean over its candidates: which of them
-- it continues does not change what for.
judged_pairs as (

    select
        succession_matches.*,
        account_ends.is_ban,
        successors.log_odds as successor_log_odds,
        succession_matches.continuation_probability * predecessors.log_odds
            as weighed_log_odds
    from succession_matches
    inner join account_ends
        on succession_matches.predecessor_account_id = account_ends.account_id
    inner join account_scores as predecessors
        on succession_matches.predecessor_account_id = predecessors.account_id
    inner join account_scores as successors
        on succession_matches.successor_account_id = successors.account_id

),

weighed_pairs as (

    select
        *,
        sum(weighed_log_odds) over ({{ same_successor }})
        / sum(continuation_probability) over ({{ same_successor }})
            as predecessor_log_odds
    from judged_pairs

),

purposes as (

    select
        weighed_pairs.*,
        replacement_weights.any_pair
        + replacement_weights.extraction
        * case
            when weighed_pairs.after_requests > 0
                then weighed_pairs.predecessor_log_odds
            else
                (weighed_pairs.predecessor_log_odds + weighed_pairs.successor_log_odds)
                / 2
        end as replacement_log_odds
    from weighed_pairs
    cross join replacement_weights

),

replacement_shares as (

    select
        *,
        case when is_ban then 1 / (1 + exp(-replacement_log_odds)) else 0 end
            as replacement_share
    from purposes

),

final as (

    select
        predecessor_account_id,
        successor_account_id,
        after_requests,
        continuation_probability,
        replacement_share,
        continuation_probability * replacement_share as probability
    from replacement_shares

)

select * from final
