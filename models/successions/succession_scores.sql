-- Who continues whom. A successor continues at most one account, and an account is
-- continued by at most one: candidates of one successor compete, and so do the
-- successors of one predecessor. Probabilities are the marginals of that matching by
-- belief propagation. Early judgements know nothing of later rivals: there only the
-- candidates of the one successor compete.
{% set rounds = 5 %}
{#- Bound of the log-odds of a pair: keeps differences of sums exact. -#}
{% set log_odds_max = 12 %}
{% set same_successor = 'partition by successor_account_id, after_requests' %}

with

succession_features as (

    select * from {{ ref('succession_features') }}

),

succession_weights as (

    select * from {{ ref('succession_weights') }}
    where question = 'continuation'

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

pair_log_odds as (

    select
        succession_features.predecessor_account_id,
        succession_features.successor_account_id,
        succession_features.after_requests,
        sum(succession_weights.weight * succession_features.value) as log_odds
    from succession_features
    inner join succession_weights using (feature)
    group by
        succession_features.predecessor_account_id,
        succession_features.successor_account_id,
        succession_features.after_requests

),

round_0 as (

    select
        *,
        exp(
            least({{ log_odds_max }}, greatest(-{{ log_odds_max }}, log_odds))
        ) as odds,
        cast(1 as double) as predecessor_is_free
    from pair_log_odds

),

{% for round in range(1, rounds + 1) %}
successor_round_{{ round }} as (

    select
        predecessor_account_id,
        successor_account_id,
        after_requests,
        odds,
        1 / (
            1 + greatest(
                0,
                sum(odds * predecessor_is_free) over ({{ same_successor }})
                - odds * predecessor_is_free
            )
        ) as successor_is_free
    from round_{{ round - 1 }}

),

round_{{ round }} as (

    select
        predecessor_account_id,
        successor_account_id,
        after_requests,
        odds,
        case
            when after_requests > 0 then 1
            else 1 / (
                1 + greatest(
                    0,
                    sum(odds * successor_is_free) over (
                        partition by predecessor_account_id, after_requests
                    )
                    - odds * successor_is_free
                )
            )
        end as predecessor_is_free
    from successor_round_{{ round }}

),

{% endfor %}
matched as (

    select
        predecessor_account_id,
        successor_account_id,
        after_requests,
        odds * predecessor_is_free
        / (1 + sum(odds * predecessor_is_free) over ({{ same_successor }}))
            as continuation_probability
    from round_{{ rounds }}

),

-- Whether an account that continues a banned one replaces it in an extraction: by what
-- the two are taken for. After few requests only the banned one has been seen.
purposes as (

    select
        matched.*,
        case
            when account_ends.is_ban
                then
                    1 / (
                        1 + exp(
                            - replacement_weights.any_pair
                            - replacement_weights.extraction
                            * case
                                when matched.after_requests > 0
                                    then predecessors.log_odds
                                else (predecessors.log_odds + successors.log_odds) / 2
                            end
                        )
                    )
            else 0
        end as replacement_share
    from matched
    inner join account_ends
        on matched.predecessor_account_id = account_ends.account_id
    inner join account_scores as predecessors
        on matched.predecessor_account_id = predecessors.account_id
    inner join account_scores as successors
        on matched.successor_account_id = successors.account_id
    cross join replacement_weights

),

final as (

    select
        predecessor_account_id,
        successor_account_id,
        after_requests,
        continuation_probability,
        replacement_share,
        continuation_probability * replacement_share as probability
    from purposes

)

select * from final
