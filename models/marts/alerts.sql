-- Empty for now: its columns are fixed so that dashboards can be built on it.
select
    cast(null as string) as alert_id,
    cast(null as string) as cluster_id,
    cast(null as string) as reason,
    cast(null as string) as alert_state,
    cast(null as double) as expected_loss_tokens,
    cast(null as timestamp) as opened_at,
    cast(null as timestamp) as changed_at
where false
