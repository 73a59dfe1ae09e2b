with

steady_accounts as (

    select * from {{ ref('steady_accounts') }}

),

population as (

    select count(*) as accounts
    from {{ ref('account_profiles') }}

),

steady_population as (

    select count(*) as accounts
    from steady_accounts

),

findings as (

    select
        'account' as entity_type,
        steady_accounts.account_id as entity_id,
        ln(population.accounts / steady_population.accounts) as value,
        steady_population.accounts / population.accounts as baseline,
        'Works day after day and spread over the hours, as '
        || {{ percent('steady_population.accounts / population.accounts') }}
        || ' of the accounts do' as sentence,
        steady_accounts.first_seen_at as observed_from,
        steady_accounts.last_seen_at as observed_to
    from steady_accounts
    cross join population
    cross join steady_population

),

final as (

    {{ evidence_rows('findings', 'steady_work') }}

)

select * from final
