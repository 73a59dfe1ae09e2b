-- Empty for now: its columns are fixed so that dashboards can be built on it.
select
    cast(null as string) as cluster_id,
    cast(null as string) as model,
    cast(null as double) as share_moved_24h,
    cast(null as double) as share_moved_72h,
    cast(null as double) as comparable_share_24h,
    cast(null as double) as comparable_share_72h,
    cast(null as double) as effect,
    cast(null as double) as effect_low,
    cast(null as double) as effect_high,
    cast(null as double) as p_value,
    cast(null as boolean) as is_pivot,
    cast(null as timestamp) as released_at
where false
