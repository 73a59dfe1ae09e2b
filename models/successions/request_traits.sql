{{ config(materialized='view') }}

with

requests as (

    select * from {{ ref('requests') }}

),

request_purposes as (

    select * from {{ ref('request_purposes') }}

),

final as (

    {% for trait_type, expression in request_traits().items() %}
    select
        request_id,
        account_id,
        '{{ trait_type }}' as trait_type,
        {{ expression }} as trait
    from requests
    where {{ expression }} is not null
    union all
    {% endfor %}
    select
        request_id,
        account_id,
        'family' as trait_type,
        cast(family_id as string) as trait
    from request_purposes
    where family_id is not null
    union all
    select
        request_id,
        account_id,
        'capability' as trait_type,
        capability as trait
    from request_purposes
    where capability is not null

)

select * from final
