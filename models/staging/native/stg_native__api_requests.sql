{{ config(
    materialized=incremental_or_table(),
    incremental_strategy='append',
    pre_hook='{{ forget_removed_files() }}',
    post_hook="{{ remove_old_requests(var('retention_days')) }}",
) }}

with

mapped as (

    select * from {{ raw('native', 'api_requests') }}

),

final as (

    {{ stage_requests('mapped', 'native') }}

)

select * from final
