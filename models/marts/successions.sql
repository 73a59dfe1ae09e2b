-- Empty for now: its columns are fixed so that dashboards can be built on it.
select
    cast(null as string) as predecessor_account_id,
    cast(null as string) as successor_account_id,
    cast(null as string) as kind,
    cast(null as string) as reasons,
    cast(null as double) as probability,
    cast(null as double) as delay_hours,
    cast(null as bigint) as succession_rank
where false
