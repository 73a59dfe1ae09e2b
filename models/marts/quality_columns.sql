with

column_verdicts as (

    select * from {{ ref('column_verdicts') }}

),

final as (

    select
        quality_date,
        column_name,
        column_verdict,
        quality_reason,
        is_neutralised,
        cast(accounts as bigint) as accounts,
        cast(requests as bigint) as requests,
        cast(filled_requests as bigint) as filled_requests,
        cast(filled_share as double) as filled_share,
        cast(usual_filled_share as double) as usual_filled_share,
        cast(same_share as double) as same_share,
        cast(usual_same_share as double) as usual_same_share,
        cast(drift as double) as drift
    from column_verdicts

)

select * from final
