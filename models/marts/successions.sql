with

succession_scores as (

    select * from {{ ref('succession_scores') }}

),

succession_candidates as (

    select * from {{ ref('succession_candidates') }}

),

account_ends as (

    select * from {{ ref('account_ends') }}

),

known_accounts as (

    select * from {{ ref('known_accounts') }}

),

succession_reasons as (

    select * from {{ ref('succession_reasons') }}

),

early_scores as (

    select
        {% for step in extraction_watch.early_requests() %}
        max(case when after_requests = {{ step }} then probability end)
            as probability_after_{{ step }}_requests,
        {% endfor %}
        predecessor_account_id,
        successor_account_id
    from succession_scores
    where after_requests > 0
    group by predecessor_account_id, successor_account_id

),

ranked_scores as (

    select
        *,
        row_number() over (
            partition by successor_account_id
            -- rounded: sums of the same weights in another order are still a tie
            order by
                round(continuation_probability, 9) desc,
                predecessor_account_id
        ) as succession_rank
    from succession_scores
    where after_requests = 0

),

final as (

    select
        ranked_scores.predecessor_account_id,
        ranked_scores.successor_account_id,
        case
            when account_ends.action in ('key_rotated', 'key_revoked')
                then 'key_rotation'
            when account_ends.is_ban and ranked_scores.replacement_share >= 0.5
                then 'replacement'
            when
                predecessors.organization_id = successors.organization_id
                and predecessors.organization_id <> ''
                then 'same_organization'
            else 'owner_move'
        end as kind,
        concat_ws(
            '; ',
            cast(round(succession_candidates.delay_hours, 1) as string)
            || ' hours after the end',
            succession_reasons.reasons
        ) as reasons,
        ranked_scores.probability,
        ranked_scores.continuation_probability,
        {%- for step in extraction_watch.early_requests() %}
        early_scores.probability_after_{{ step }}_requests,
        {%- endfor %}
        cast(succession_candidates.delay_hours as double) as delay_hours,
        cast(ranked_scores.succession_rank as bigint) as succession_rank,
        succession_candidates.ended_at,
        succession_candidates.first_seen_at
    from ranked_scores
    inner join succession_candidates
        using (predecessor_account_id, successor_account_id)
    inner join account_ends
        on ranked_scores.predecessor_account_id = account_ends.account_id
    left join known_accounts as predecessors
        on ranked_scores.predecessor_account_id = predecessors.account_id
    left join known_accounts as successors
        on ranked_scores.successor_account_id = successors.account_id
    left join succession_reasons
        on
            ranked_scores.predecessor_account_id
            = succession_reasons.predecessor_account_id
            and ranked_scores.successor_account_id
            = succession_reasons.successor_account_id
    left join early_scores
        on
            ranked_scores.predecessor_account_id = early_scores.predecessor_account_id
            and ranked_scores.successor_account_id = early_scores.successor_account_id
    where ranked_scores.succession_rank <= {{ var('succession_ranks_max') }}

)

select * from final
