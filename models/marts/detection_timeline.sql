-- Empty for now: its columns are fixed so that dashboards can be built on it.
select
    cast(null as string) as entity_type,
    cast(null as string) as entity_id,
    cast(null as string) as risk_band,
    cast(null as bigint) as requests_before,
    cast(null as bigint) as tokens_before,
    cast(null as bigint) as tokens_after,
    cast(null as timestamp) as first_reached_at
where false
