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
        family_number,
        family_id,
        family_shingles,
        family_support
    from family_shingles

),

prompt_requests as (

    select
        prompt_key,
        count(*) as requests
    from requests
    group by prompt_key

),

shared_shingles as (

    select
        request_shingles.prompt_key,
        family_shingles.family_number,
        count(*) as shingles
    from request_shingles
    inner join family_shingles using (shingle)
    group by request_shingles.prompt_key, family_shingles.family_number
    having count(*) >= {{ var('family_shingles_min') }}

),

-- A prompt that was sent twice shares each trigram twice.
matches as (

    select
        shared_shingles.prompt_key,
        families.family_id,
        families.family_support,
        shared_shingles.shingles / prompt_requests.requests as matched_shingles
    from shared_shingles
    inner join families using (family_number)
    inner join prompt_requests using (prompt_key)
    where
        shared_shingles.shingles
        >= {{ var('family_shingles_min') }} * prompt_requests.requests
        and shared_shingles.shingles
        >= {{ var('family_match_share') }}
        * families.family_shingles
        * prompt_requests.requests

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
