-- What a prompt asks for is read from its own text. Where that says nothing, it asks
-- for what most prompts of its skeleton ask for.
with

requests as (

    select
        request_id,
        account_id,
        prompt_key,
        capability,
        requested_at
    from {{ ref('requests') }}
    where prompt_key is not null

),

family_prompts as (

    select * from {{ ref('family_prompts') }}

),

family_profiles as (

    select
        family_id,
        capability as family_capability
    from {{ ref('family_profiles') }}

),

final as (

    select
        requests.request_id,
        requests.account_id,
        requests.prompt_key,
        family_prompts.family_id,
        case
            when requests.capability = 'other'
                then coalesce(family_profiles.family_capability, 'other')
            else requests.capability
        end as capability,
        requests.requested_at
    from requests
    left join family_prompts using (prompt_key)
    left join family_profiles using (family_id)

)

select * from final
