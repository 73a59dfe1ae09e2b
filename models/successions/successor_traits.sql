-- Traits of candidate successors, after their first few requests and after all.
with

request_traits as (

    select * from {{ ref('request_traits') }}

),

account_traits as (

    select * from {{ ref('account_traits') }}

),

successors as (

    select distinct successor_account_id as account_id
    from {{ ref('succession_candidates') }}

),

early_requests as (

    select * from {{ ref('early_requests') }}

),

early_use as (

    select
        early_requests.account_id,
        early_requests.after_requests,
        request_traits.trait_type,
        request_traits.trait,
        count(*) as requests
    from early_requests
    inner join request_traits using (request_id)
    group by
        early_requests.account_id,
        early_requests.after_requests,
        request_traits.trait_type,
        request_traits.trait

),

early_steps as (

    select distinct
        account_id,
        after_requests
    from early_requests

),

final as (

    select
        account_id,
        after_requests,
        trait_type,
        {{ key_of("trait_type || '|' || trait") }} as trait_key,
        requests / sum(requests) over (
            partition by account_id, after_requests, trait_type
        ) as request_share
    from early_use
    union all
    -- what is told of the account itself is known from the beginning
    select
        account_traits.account_id,
        early_steps.after_requests,
        account_traits.trait_type,
        account_traits.trait_key,
        account_traits.request_share
    from account_traits
    inner join early_steps using (account_id)
    where
        account_traits.trait_type in (
            {%- for trait_type in account_traits() %}
            '{{ trait_type }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    union all
    select
        account_traits.account_id,
        cast(0 as bigint) as after_requests,
        account_traits.trait_type,
        account_traits.trait_key,
        account_traits.request_share
    from account_traits
    inner join successors using (account_id)

)

select * from final
