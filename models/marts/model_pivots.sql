select
    cluster_id,
    model,
    cast(share_moved_24h as double) as share_moved_24h,
    cast(share_moved_72h as double) as share_moved_72h,
    cast(comparable_share_24h as double) as comparable_share_24h,
    cast(comparable_share_72h as double) as comparable_share_72h,
    cast(effect as double) as effect,
    cast(effect_low as double) as effect_low,
    cast(effect_high as double) as effect_high,
    cast(p_value as double) as p_value,
    cast(accounts as bigint) as accounts,
    p_value <= {{ var('pivot_false_discovery_rate') }}
    and effect >= {{ var('pivot_effect_min') }} as is_pivot,
    released_at
from {{ ref('pivot_tests') }}
