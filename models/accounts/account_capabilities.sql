with

family_accounts as (

    select * from {{ ref('family_accounts') }}

),

family_profiles as (

    select
        family_id,
        capability
    from {{ ref('family_profiles') }}

),

account_profiles as (

    select
        account_id,
        prompts as account_prompts
    from {{ ref('account_profiles') }}
    where text_requests > 0

),

capability_prompts as (

    select
        family_accounts.account_id,
        family_profiles.capability,
        sum(family_accounts.prompts) as prompts,
        min(family_accounts.first_seen_at) as first_seen_at,
        max(family_accounts.last_seen_at) as last_seen_at
    from family_accounts
    inner join family_profiles using (family_id)
    group by family_accounts.account_id, family_profiles.capability

),

final as (

    select
        capability_prompts.*,
        account_profiles.account_prompts,
        -- ten prompts of something else are assumed, so that a few prompts say little
        capability_prompts.prompts / (account_profiles.account_prompts + 10)
            as capability_share
    from capability_prompts
    inner join account_profiles using (account_id)

)

select * from final
