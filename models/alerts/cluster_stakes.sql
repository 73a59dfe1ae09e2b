-- Tokens a day that an extraction is expected to have taken through the members.
with

alert_members as (

    select * from {{ ref('alert_members') }}

),

account_days as (

    select * from {{ ref('account_days') }}

),

extraction_shares as (

    select * from {{ ref('extraction_shares') }}

),

final as (

    select
        alert_members.cluster_id,
        cast(account_days.activity_date as timestamp) as day_started_at,
        sum(
            alert_members.extraction_probability
            * extraction_shares.extraction_share
            * account_days.output_tokens
        ) as stake_tokens
    from alert_members
    inner join account_days
        on alert_members.account_id = account_days.account_id
    inner join extraction_shares
        on alert_members.account_id = extraction_shares.account_id
    group by alert_members.cluster_id, account_days.activity_date

)

select * from final
