-- What speaks most for a pair, in words.
with

succession_features as (

    select * from {{ ref('succession_features') }}
    where after_requests = 0

),

succession_weights as (

    select * from {{ ref('succession_weights') }}
    where question = 'continuation' and reason <> ''

),

weighed as (

    select
        succession_features.predecessor_account_id,
        succession_features.successor_account_id,
        succession_weights.reason,
        sum(succession_weights.weight * succession_features.value) as weight
    from succession_features
    inner join succession_weights using (feature)
    group by
        succession_features.predecessor_account_id,
        succession_features.successor_account_id,
        succession_weights.reason
    having
        sum(succession_weights.weight * succession_features.value)
        >= {{ var('succession_reason_min') }}

),

final as (

    select
        predecessor_account_id,
        successor_account_id,
        {{ joined('reason', '; ', 'round(weight, 6) desc, reason') }} as reasons
    from weighed
    group by predecessor_account_id, successor_account_id

)

select * from final
