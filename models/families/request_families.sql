with

request_shingles as (

    select * from {{ ref('request_shingles') }}

),

family_shingles as (

    select * from {{ ref('family_shingles') }}

),

matches as (

    select
        request_shingles.request_id,
        family_shingles.family_id,
        family_shingles.family_support,
        count(*) as matched_shingles
    from request_shingles
    inner join family_shingles using (shingle)
    group by
        request_shingles.request_id,
        family_shingles.family_id,
        family_shingles.family_support,
        family_shingles.family_shingles
    having
        count(*) >= {{ var('family_shingles_min') }}
        and count(*)
        >= {{ var('family_match_share') }} * family_shingles.family_shingles

),

-- The skeleton that explains most of the prompt; of equals, the most specific one.
final as (

    select
        request_id,
        family_id
    from matches
    qualify row_number() over (
        partition by request_id
        order by matched_shingles desc, family_support asc, family_id asc
    ) = 1

)

select * from final
