-- Who continues whom. A successor continues at most one account, and an account is
-- continued by at most one: candidates of one successor compete, and so do the
-- successors of one predecessor. Probabilities are the marginals of that matching by
-- belief propagation. Early judgements know nothing of later rivals: there only the
-- candidates of the one successor compete.
{% set rounds = 5 %}
{#- Bound of the log-odds of a pair: keeps differences of sums exact. -#}
{% set log_odds_max = 12 %}
{% set same_successor = 'partition by successor_account_id, after_requests' %}
{% set same_predecessor = 'partition by predecessor_account_id, after_requests' %}

with

succession_features as (

    select * from {{ ref('succession_features') }}

),

weights as (

    select
        {% for feature in succession_features() %}
        coalesce(sum(case when feature = '{{ feature }}' then weight end), 0)
            as {{ feature }},
        {% endfor %}
        count(*) as features
    from {{ ref('succession_weights') }}
    where question = 'continuation'

),

pair_log_odds as (

    select
        succession_features.predecessor_account_id,
        succession_features.successor_account_id,
        succession_features.after_requests,
        (
            0
            {% for feature in succession_features() %}
            + weights.{{ feature }} * coalesce(succession_features.{{ feature }}, 0)
            {% endfor %}
        ) as log_odds
    from succession_features
    cross join weights

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
            else
                1 / (
                    1 + greatest(
                        0,
                        sum(odds * successor_is_free) over ({{ same_predecessor }})
                        - odds * successor_is_free
                    )
                )
        end as predecessor_is_free
    from successor_round_{{ round }}

),

{% endfor %}
final as (

    select
        predecessor_account_id,
        successor_account_id,
        after_requests,
        odds * predecessor_is_free
        / (1 + sum(odds * predecessor_is_free) over ({{ same_successor }}))
            as continuation_probability
    from round_{{ rounds }}

)

select * from final
