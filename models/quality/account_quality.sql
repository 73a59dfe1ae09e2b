-- Whether the log was good enough on the days of an account to trust its score.
with

requests as (

    select distinct
        account_id,
        requested_date
    from {{ ref('requests') }}

),

row_days as (

    select * from {{ ref('row_days') }}

),

account_rows as (

    select
        requests.account_id,
        sum(row_days.malformed_rows + row_days.conflicting_rows)
        / sum(row_days.rows_read) as rejected_share
    from requests
    inner join row_days on requests.requested_date = row_days.quality_date
    group by requests.account_id

),

final as (

    select
        account_id,
        case
            when rejected_share > {{ var('rejected_share_max') }} then 'degraded'
            else 'ok'
        end as quality_verdict,
        case
            when rejected_share > {{ var('rejected_share_max') }}
                then
                    cast(round(100 * rejected_share, 1) as string)
                    || '% of the rows on its days were rejected'
        end as quality_reason
    from account_rows

)

select * from final
