with

family_accounts as (

    select * from {{ ref('family_accounts') }}

),

family_profiles as (

    select * from {{ ref('family_profiles') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

text_population as (

    select count(*) as accounts
    from account_profiles
    where text_requests > 0

),

-- How much a family looks like one work list that is split between accounts: several
-- of them, rare in the population, nothing asked twice, no conversation.
rated_families as (

    select
        family_profiles.*,
        case
            when
                family_profiles.working_accounts >= 3
                and text_population.accounts > family_profiles.working_accounts
                then
                    ln(text_population.accounts / family_profiles.working_accounts)
                    / ln(text_population.accounts)
            else 0
        end as rarity_share,
        family_profiles.distinct_prompt_share
        * family_profiles.divided_prompt_share
        * family_profiles.single_turn_share as sweep_share
    from family_profiles
    cross join text_population

),

final as (

    select
        family_accounts.account_id,
        rated_families.family_id,
        rated_families.capability,
        rated_families.skeleton,
        rated_families.working_accounts,
        rated_families.effective_accounts,
        rated_families.sweep_share,
        family_accounts.requests,
        family_accounts.prompts,
        family_accounts.prompts * rated_families.rarity_share as shared_prompts,
        family_accounts.prompts * rated_families.rarity_share
        * rated_families.sweep_share as swept_prompts,
        family_accounts.first_seen_at,
        family_accounts.last_seen_at
    from family_accounts
    inner join rated_families using (family_id)
    where family_accounts.prompts >= {{ var('family_account_prompts_min') }}

)

select * from final
