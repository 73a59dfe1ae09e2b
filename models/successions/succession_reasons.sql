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

named_features as (

    {% for feature in succession_features() %}
    select
        predecessor_account_id,
        successor_account_id,
        '{{ feature }}' as feature,
        {{ feature }} as value
    from succession_features
    where {{ feature }} <> 0
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

weighed as (

    select
        named_features.predecessor_account_id,
        named_features.successor_account_id,
        succession_weights.reason,
        sum(succession_weights.weight * named_features.value) as weight
    from named_features
    inner join succession_weights using (feature)
    group by
        named_features.predecessor_account_id,
        named_features.successor_account_id,
        succession_weights.reason
    having
        sum(succession_weights.weight * named_features.value)
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
