-- Filled at publication from the run log beside the warehouse (runs.jsonl), so that
-- failed runs are in it too.
select
    cast(null as string) as run_id,
    cast(null as string) as engine,
    cast(null as string) as action,
    cast(null as string) as published_run_id,
    cast(null as string) as version,
    cast(null as string) as status,
    cast(null as string) as failure,
    cast(null as string) as input_formats,
    cast(null as string) as checks,
    cast(null as string) as checks_by,
    cast(null as bigint) as rows_read,
    cast(null as bigint) as rows_accepted,
    cast(null as bigint) as rows_duplicate,
    cast(null as bigint) as rows_rejected,
    cast(null as double) as prior_log_odds,
    cast(null as double) as duration_seconds,
    cast(null as boolean) as is_full_refresh,
    cast(null as boolean) as is_published,
    cast(null as timestamp) as started_at,
    cast(null as timestamp) as ended_at
where false
