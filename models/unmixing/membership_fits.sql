-- Whether an account's requests look as if it had its even share of its community's
-- work, or none of it.
with

work_cells as (

    select * from {{ ref('work_cells') }}

),

final as (

    select
        account_id,
        sum(
            requests * ln(1 + even_share * (exp(least(log_ratio, 20)) - 1))
        ) as log_ratio
    from work_cells
    group by account_id

)

select * from final
