-- What speaks for an account to continue another. For each kind of trait the traffic
-- that the two have in common (histogram intersection), by its rarity, and the traffic
-- of the later one that the earlier one never showed.
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

-- A type of which the predecessor shows nothing is not compared.
predecessor_types as (

    select
        {% for trait_type in trait_types() %}
        max(case when trait_type = '{{ trait_type }}' then 1 else 0 end)
            as shows_{{ trait_type }},
        {% endfor %}
        account_id
    from {{ ref('account_traits') }}
    group by account_id

),

compared_traits as (

    select
        pairs.predecessor_account_id,
        pairs.successor_account_id,
        pairs.after_requests,
        successor_traits.trait_type,
        least(successor_traits.request_share, account_traits.request_share)
        * account_traits.rarity as shared_rarity,
        case
            when account_traits.trait_key is null then successor_traits.request_share
        end as new_share
    from pairs
    inner join successor_traits
        on
            pairs.successor_account_id = successor_traits.account_id
            and pairs.after_requests = successor_traits.after_requests
    left join account_traits
        on
            pairs.predecessor_account_id = account_traits.account_id
            and successor_traits.trait_key = account_traits.trait_key

),

trait_overlap as (

    select
        {% for trait_type in trait_types() %}
        sum(case when trait_type = '{{ trait_type }}' then shared_rarity end)
            as shared_{{ trait_type }},
        sum(case when trait_type = '{{ trait_type }}' then new_share end)
            as new_{{ trait_type }},
        {% endfor %}
        predecessor_account_id,
        successor_account_id,
        after_requests
    from compared_traits
    group by predecessor_account_id, successor_account_id, after_requests

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
        {% for feature, expression in pair_facts().items() %}
        cast({{ expression }} as double) as {{ feature }},
        {% endfor %}
        {% for trait_type in trait_types() %}
        coalesce(trait_overlap.shared_{{ trait_type }}, 0) as shared_{{ trait_type }},
        predecessor_types.shows_{{ trait_type }}
        * coalesce(trait_overlap.new_{{ trait_type }}, 0) as new_{{ trait_type }},
        {% endfor %}
        pair_facts.predecessor_account_id,
        pair_facts.successor_account_id,
        pair_facts.after_requests
    from pair_facts
    inner join predecessor_types
        on pair_facts.predecessor_account_id = predecessor_types.account_id
    left join trait_overlap
        on
            pair_facts.predecessor_account_id = trait_overlap.predecessor_account_id
            and pair_facts.successor_account_id = trait_overlap.successor_account_id
            and pair_facts.after_requests = trait_overlap.after_requests

)

select * from final
