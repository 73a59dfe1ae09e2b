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

request_families as (

    select * from {{ ref('request_families') }}

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
        request_families.family_id,
        case
            when requests.capability = 'other'
                then coalesce(family_profiles.family_capability, 'other')
            else requests.capability
        end as capability,
        requests.requested_at
    from requests
    left join request_families using (request_id)
    left join family_profiles using (family_id)

)

select * from final
