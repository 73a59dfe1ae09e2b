with

account_profiles as (

    select
        *,
        reasoning_tokens / output_tokens as reasoning_share
    from {{ ref('account_profiles') }}
    where
        output_tokens > 0
        and reasoning_reported_requests >= {{ var('output_profile_requests_min') }}

),

population as (

    select
        avg(reasoning_share) as reasoning_share_mean,
        stddev_samp(reasoning_share) as reasoning_share_deviation
    from account_profiles
    having count(*) >= {{ var('baseline_accounts_min') }}

),

compared as (

    select
        account_profiles.*,
        population.reasoning_share_mean as baseline,
        (account_profiles.reasoning_share - population.reasoning_share_mean)
        / population.reasoning_share_deviation as standard_score
    from account_profiles
    cross join population
    where population.reasoning_share_deviation > 0

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        standard_score - 1 as value,
        baseline,
        {{ percent('reasoning_share') }}
        || ' of the output is reasoning, against '
        || {{ percent('baseline') }} || ' in the average account'
            as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from compared
    where standard_score > 1

),

final as (

    {{ evidence_rows('findings', 'output_profile') }}

)

select * from final
