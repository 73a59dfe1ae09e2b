with

request_shingles as (

    select * from {{ ref('request_shingles') }}

),

-- Trigrams that always occur together have the same first prompt in any fixed order,
-- and about the same support: these are the ones of one skeleton.
supported_shingles as (

    select
        shingle,
        count(*) as requests,
        min(prompt_key) as first_prompt_key
    from request_shingles
    group by shingle
    having count(*) >= {{ var('family_requests_min') }}

),

marked_breaks as (

    select
        *,
        case
            when
                requests < 0.7 * lag(requests) over (
                    partition by first_prompt_key
                    order by requests desc, shingle asc
                )
                then 1
            else 0
        end as is_break
    from supported_shingles

),

numbered_groups as (

    select
        *,
        sum(is_break) over (
            partition by first_prompt_key
            order by requests desc, shingle asc
            rows between unbounded preceding and current row
        ) as break_number
    from marked_breaks

),

measured_groups as (

    select
        *,
        count(*) over (
            partition by first_prompt_key, break_number
        ) as family_shingles,
        max(requests) over (
            partition by first_prompt_key, break_number
        ) as family_support,
        min(shingle) over (
            partition by first_prompt_key, break_number
        ) as family_id
    from numbered_groups

),

final as (

    select
        shingle,
        family_id,
        family_shingles,
        family_support
    from measured_groups
    where family_shingles >= {{ var('family_shingles_min') }}

)

select * from final
