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

    {{ stage_requests(
        'mapped',
        'native',
        limits={
            'requested_at_min': var('requested_at_min'),
            'requested_at_max': var('requested_at_max'),
            'request_count_max': var('request_count_max'),
            'sample_weight_max': var('sample_weight_max'),
        },
    ) }}

)

select * from final
