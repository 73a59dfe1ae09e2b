-- Event study with accounts as units: did a cluster move more of its traffic to a new
-- model than its members would have as ordinary accounts?
with

pivot_expectations as (

    select * from {{ ref('pivot_expectations') }}

),

-- Each member counts once: one large account does not speak for the cluster.
cluster_shares as (

    select
        cluster_id,
        model,
        released_at,
        count(*) as accounts,
        coalesce(avg(share_24h), 0) as share_moved_24h,
        avg(share_72h) as share_moved_72h,
        coalesce(
            avg(case when requests_24h > 0 then expected_24h end), avg(expected_24h)
        ) as comparable_share_24h,
        avg(expected_72h) as comparable_share_72h,
        var_pop(share_72h) as variance_72h
    from pivot_expectations
    group by cluster_id, model, released_at
    having count(*) >= {{ var('pivot_accounts_min') }}

),

-- Bound of Hoeffding (1963) for means of values in 0..1: right for few accounts and for
-- shares that are mostly 0 or 1, where a normal approximation is not.
tested as (

    select
        *,
        share_moved_72h - comparable_share_72h as effect,
        1.96 * sqrt(
            (variance_72h + comparable_share_72h * (1 - comparable_share_72h)) / accounts
        ) as half_width,
        case
            when share_moved_72h <= comparable_share_72h then 1
            else
                exp(
                    -accounts * (
                        share_moved_72h * ln(share_moved_72h / comparable_share_72h)
                        + case
                            when share_moved_72h < 1
                                then
                                    (1 - share_moved_72h) * ln(
                                        (1 - share_moved_72h)
                                        / (1 - comparable_share_72h)
                                    )
                            else 0
                        end
                    )
                )
        end as raw_p_value
    from cluster_shares

),

-- Benjamini and Hochberg (1995), over all clusters and models.
ranked as (

    select
        *,
        least(
            1,
            raw_p_value * count(*) over ()
            / row_number() over (order by raw_p_value, cluster_id, model)
        ) as scaled_p_value
    from tested

),

final as (

    select
        cluster_id,
        model,
        released_at,
        accounts,
        share_moved_24h,
        share_moved_72h,
        comparable_share_24h,
        comparable_share_72h,
        effect,
        greatest(-1, effect - half_width) as effect_low,
        least(1, effect + half_width) as effect_high,
        min(scaled_p_value) over (
            order by raw_p_value desc, cluster_id desc, model desc
            rows between unbounded preceding and current row
        ) as p_value
    from ranked

)

select * from final
