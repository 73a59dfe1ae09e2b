-- What speaks for an account to continue another. For each kind of trait the traffic
-- that the two have in common (histogram intersection), by its rarity, and the traffic
-- of the later one that the earlier one never showed.
{#- Facts of a pair by the name of the feature. -#}
{% set facts = {
    'any_pair': '1',
    'delay': 'log_delay',
    'delay_squared': 'log_delay * log_delay',
    'same_cluster': 'same_cluster',
    'created_afterwards': 'created_afterwards',
    'created_before': 'created_before',
    'pace_gap': 'pace_gap',
} %}

with

succession_candidates as (

    select * from {{ ref('succession_candidates') }}

),

account_traits as (

    select * from {{ ref('account_traits') }}

),

successor_traits as (

    select * from {{ ref('successor_traits') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

known_accounts as (

    select * from {{ ref('known_accounts') }}

),

account_paces as (

    select
        account_id,
        ln(requests / active_days) as log_pace
    from {{ ref('account_profiles') }}

),

steps as (

    select distinct
        account_id,
        after_requests,
        known_at
    from {{ ref('early_requests') }}
    union all
    select
        account_id,
        0 as after_requests,
        last_seen_at as known_at
    from {{ ref('account_profiles') }}

),

pairs as (

    select
        succession_candidates.*,
        steps.after_requests,
        steps.known_at
    from succession_candidates
    inner join steps on succession_candidates.successor_account_id = steps.account_id

),

predecessor_types as (

    select distinct
        account_id,
        trait_type
    from account_traits

),

-- Kinds of trait that both accounts show.
comparable_types as (

    select
        pairs.predecessor_account_id,
        pairs.successor_account_id,
        pairs.after_requests,
        successor_traits.trait_type,
        successor_traits.trait,
        successor_traits.request_share
    from pairs
    inner join successor_traits
        on
            pairs.successor_account_id = successor_traits.account_id
            and pairs.after_requests = successor_traits.after_requests
    inner join predecessor_types
        on
            pairs.predecessor_account_id = predecessor_types.account_id
            and successor_traits.trait_type = predecessor_types.trait_type

),

trait_overlap as (

    select
        comparable_types.predecessor_account_id,
        comparable_types.successor_account_id,
        comparable_types.after_requests,
        comparable_types.trait_type,
        sum(
            least(comparable_types.request_share, account_traits.request_share)
            * account_traits.rarity
        ) as shared_rarity,
        sum(
            case
                when account_traits.trait is null then comparable_types.request_share
                else 0
            end
        ) as new_share
    from comparable_types
    left join account_traits
        on
            comparable_types.predecessor_account_id = account_traits.account_id
            and comparable_types.trait_type = account_traits.trait_type
            and comparable_types.trait = account_traits.trait
    group by
        comparable_types.predecessor_account_id,
        comparable_types.successor_account_id,
        comparable_types.after_requests,
        comparable_types.trait_type

),

pair_facts as (

    select
        pairs.*,
        ln(greatest(pairs.delay_hours, 0.25)) as log_delay,
        case when cluster_assignments.cluster_id is null then 0 else 1 end
            as same_cluster,
        case
            when known_accounts.created_at >= pairs.ended_at then 1
            else 0
        end as created_afterwards,
        case
            when known_accounts.created_at < pairs.ended_at then 1
            else 0
        end as created_before,
        case
            when pairs.after_requests = 0
                then abs(successor_paces.log_pace - predecessor_paces.log_pace)
            else 0
        end as pace_gap
    from pairs
    inner join account_paces as predecessor_paces
        on pairs.predecessor_account_id = predecessor_paces.account_id
    inner join account_paces as successor_paces
        on pairs.successor_account_id = successor_paces.account_id
    left join cluster_assignments as predecessor_clusters
        on pairs.predecessor_account_id = predecessor_clusters.account_id
    left join cluster_assignments
        on
            pairs.successor_account_id = cluster_assignments.account_id
            and predecessor_clusters.cluster_id = cluster_assignments.cluster_id
            and pairs.known_at >= cluster_assignments.joined_at
    left join known_accounts
        on pairs.successor_account_id = known_accounts.account_id

),

final as (

    select
        predecessor_account_id,
        successor_account_id,
        after_requests,
        'shared_' || trait_type as feature,
        cast(shared_rarity as double) as value
    from trait_overlap
    where shared_rarity > 0
    union all
    select
        predecessor_account_id,
        successor_account_id,
        after_requests,
        'new_' || trait_type as feature,
        cast(new_share as double) as value
    from trait_overlap
    where new_share > 0
    {% for feature, expression in facts.items() %}
    union all
    select
        predecessor_account_id,
        successor_account_id,
        after_requests,
        '{{ feature }}' as feature,
        cast({{ expression }} as double) as value
    from pair_facts
    where {{ expression }} <> 0
    {% endfor %}

)

select * from final
