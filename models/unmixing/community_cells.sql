with

request_cells as (

    select * from {{ ref('request_cells') }}

),

token_reference as (

    select * from {{ ref('token_reference') }}

),

family_reference as (

    select * from {{ ref('family_reference') }}

),

account_profiles as (

    select
        account_id,
        first_seen_at,
        last_seen_at
    from {{ ref('account_profiles') }}

),

counted as (

    select
        community_number,
        account_id,
        token_bin,
        family_number,
        family_id,
        count(*) as requests
    from request_cells
    group by community_number, account_id, token_bin, family_number, family_id

),

final as (

    select
        counted.community_number,
        counted.account_id,
        counted.token_bin,
        counted.family_number,
        counted.requests,
        dense_rank() over (
            partition by counted.community_number
            order by counted.account_id
        ) as account_number,
        {{ seconds_between(
            "timestamp '2000-01-01'", 'account_profiles.first_seen_at'
        ) }} / 3600 as first_hour,
        {{ seconds_between(
            "timestamp '2000-01-01'", 'account_profiles.last_seen_at'
        ) }} / 3600 as last_hour,
        cast(coalesce(token_reference.requests, 1) as double) as token_reference,
        -- what is of no shared family is the usual case outside of clusters
        cast(coalesce(family_reference.request_share, 1) as double) as family_reference
    from counted
    inner join account_profiles using (account_id)
    left join token_reference using (token_bin)
    left join family_reference using (family_id)

)

select * from final
