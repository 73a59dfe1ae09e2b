with

requests as (

    select prompt_key
    from {{ ref('requests') }}
    where prompt_key is not null

),

request_shingles as (

    select
        prompt_key,
        shingle
    from {{ ref('request_shingles') }}

),

family_shingles as (

    select * from {{ ref('family_shingles') }}

),

families as (

    select distinct
        family_id,
        family_shingles,
        family_support
    from family_shingles

),

-- A prompt that was sent twice shares each trigram twice.
repeated_prompts as (

    select
        prompt_key,
        count(*) as requests
    from requests
    group by prompt_key
    having count(*) > 1

),

shared_shingles as (

    select
        request_shingles.prompt_key,
        family_shingles.family_id,
        count(*) as shingles
    from request_shingles
    inner join family_shingles using (shingle)
    group by request_shingles.prompt_key, family_shingles.family_id
    having count(*) >= {{ var('family_shingles_min') }}

),

compared as (

    select
        shared_shingles.prompt_key,
        shared_shingles.family_id,
        families.family_shingles,
        families.family_support,
        shared_shingles.shingles / coalesce(repeated_prompts.requests, 1)
            as matched_shingles
    from shared_shingles
    inner join families using (family_id)
    left join repeated_prompts using (prompt_key)

),

matches as (

    select * from compared
    where
        matched_shingles >= {{ var('family_shingles_min') }}
        and matched_shingles >= {{ var('family_match_share') }} * family_shingles

),

-- The skeleton that explains most of the prompt; of equals, the most specific one.
final as (

    select
        prompt_key,
        family_id
    from matches
    qualify row_number() over (
        partition by prompt_key
        order by matched_shingles desc, family_support asc, family_id asc
    ) = 1

)

select * from final
