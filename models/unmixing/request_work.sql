-- How likely each request is part of the work that an extraction would be after: for
-- members of clusters by the unmixing of their cluster, for others by the swept
-- families that they work on together with strangers.
with

request_cells as (

    select * from {{ ref('request_cells') }}

),

work_cells as (

    select * from {{ ref('work_cells') }}

),

request_purposes as (

    select * from {{ ref('request_purposes') }}

),

account_focus as (

    select
        account_id,
        family_id
    from {{ ref('account_focus') }}
    where shared_prompts > 0

),

cluster_assignments as (

    select account_id
    from {{ ref('cluster_assignments') }}

),

member_work as (

    select
        request_cells.request_id,
        request_cells.account_id,
        work_cells.work_probability
    from request_cells
    inner join cluster_assignments using (account_id)
    inner join work_cells
        on
            request_cells.account_id = work_cells.account_id
            and request_cells.token_bin = work_cells.token_bin
            and request_cells.family_number = work_cells.family_number

),

lone_focus as (

    select
        account_focus.account_id,
        account_focus.family_id
    from account_focus
    left join cluster_assignments using (account_id)
    where cluster_assignments.account_id is null

),

lone_work as (

    select
        request_purposes.request_id,
        request_purposes.account_id,
        cast(1 as double) as work_probability
    from request_purposes
    inner join lone_focus using (account_id, family_id)

),

all_work as (

    select * from member_work
    union all
    select * from lone_work

),

final as (

    select
        *,
        work_probability >= {{ var('extraction_like_probability_min') }}
            as is_extraction_like
    from all_work

)

select * from final
