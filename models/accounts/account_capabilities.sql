with

request_purposes as (

    select * from {{ ref('request_purposes') }}

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
        account_id,
        capability,
        count(distinct prompt_key) as prompts,
        min(requested_at) as first_seen_at,
        max(requested_at) as last_seen_at
    from request_purposes
    group by account_id, capability

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
