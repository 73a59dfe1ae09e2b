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
            avg(case when share_24h is not null then expected_24h end),
            avg(expected_24h)
        ) as comparable_share_24h,
        avg(expected_72h) as comparable_share_72h,
        var_pop(share_72h) as variance,
        avg(expected_square_72h - expected_72h * expected_72h) as comparable_variance
    from pivot_expectations
    group by cluster_id, model, released_at
    having count(*) >= {{ var('pivot_accounts_min') }}

),

effects as (

    select
        *,
        share_moved_72h - comparable_share_72h as effect,
        1.96 * sqrt((variance + comparable_variance) / accounts) as half_width,
        -- of the bound below: the effect over the variance, both in units of the
        -- largest possible deviation
        (share_moved_72h - comparable_share_72h) * (1 - comparable_share_72h)
        / nullif(comparable_variance, 0) as excess
    from cluster_shares

),

-- Bound of Bennett (1962) for the mean of independent values between 0 and 1: right
-- for few accounts and for shares that are mostly 0 or 1, where a normal approximation
-- is not.
tested as (

    select
        *,
        case
            when effect > 0
                then
                    exp(
                        -accounts * comparable_variance
                        / power(1 - comparable_share_72h, 2)
                        * ((1 + excess) * ln(1 + excess) - excess)
                    )
            else 1
        end as raw_p_value
    from effects

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
