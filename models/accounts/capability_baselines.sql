-- Share of each capability in the average account: an account counts once whatever its
-- volume, so that a campaign does not hide in a baseline that it made itself.
with

account_capabilities as (

    select * from {{ ref('account_capabilities') }}

),

population as (

    select count(*) as accounts
    from {{ ref('account_profiles') }}
    where text_requests > 0

),

final as (

    select
        account_capabilities.capability,
        greatest(sum(account_capabilities.capability_share), 1)
        / max(population.accounts + 1) as baseline_share
    from account_capabilities
    cross join population
    group by account_capabilities.capability

)

select * from final
