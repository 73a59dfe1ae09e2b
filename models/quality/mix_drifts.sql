-- How far the distribution of a column over the accounts of a day is from that on the
-- same weekday in the weeks before: Jensen-Shannon divergence in bits (Lin, Divergence
-- measures based on the Shannon entropy, 1991), less what chance makes of samples of
-- this size, where 8 n N / (n + N) times the divergence in nats is about chi-squared.
with

mix_days as (

    select * from {{ ref('mix_days') }}

),

newest_day as (

    select * from {{ ref('newest_day') }}

),

totals as (

    select
        quality_date,
        column_name,
        sum(accounts) as accounts,
        count(*) as different_values
    from mix_days
    group by quality_date, column_name

),

earlier_days as (

    {% for weeks in range(1, var('quality_history_weeks') + 1) %}
    select
        cast(quality_date + interval {{ 7 * weeks }} day as date) as quality_date,
        quality_date as earlier_date,
        column_name,
        accounts
    from totals
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

earlier_totals as (

    select
        quality_date,
        column_name,
        sum(accounts) as earlier_accounts
    from earlier_days
    group by quality_date, column_name
    having count(*) >= {{ var('drift_weeks_min') }}

),

earlier_values as (

    select
        earlier_days.quality_date,
        earlier_days.column_name,
        mix_days.column_value,
        sum(mix_days.accounts) as earlier_accounts
    from earlier_days
    inner join mix_days
        on
            earlier_days.earlier_date = mix_days.quality_date
            and earlier_days.column_name = mix_days.column_name
    group by
        earlier_days.quality_date, earlier_days.column_name, mix_days.column_value

),

shares as (

    select
        totals.quality_date,
        totals.column_name,
        totals.accounts,
        totals.different_values,
        earlier_totals.earlier_accounts,
        mix_days.column_value,
        mix_days.accounts / totals.accounts as share_now,
        coalesce(earlier_values.earlier_accounts, 0) / earlier_totals.earlier_accounts
            as share_before
    from mix_days
    inner join totals using (quality_date, column_name)
    inner join earlier_totals using (quality_date, column_name)
    left join earlier_values using (quality_date, column_name, column_value)

),

ranked as (

    select
        *,
        row_number() over (
            partition by quality_date, column_name
            order by share_now - share_before desc, column_value
        ) as place
    from shares

),

-- What is gone altogether adds half of its former share.
divergences as (

    select
        quality_date,
        column_name,
        max(accounts) as accounts,
        max(earlier_accounts) as earlier_accounts,
        max(different_values) as different_values,
        (
            sum(share_now * ln(2 * share_now / (share_now + share_before)))
            + sum(
                case
                    when share_before > 0
                        then
                            share_before
                            * ln(2 * share_before / (share_now + share_before))
                    else 0
                end
            )
        ) / (2 * ln(2))
        + (1 - sum(share_before)) / 2 as divergence_bits,
        min(case when place = 1 then column_value end) as risen_value,
        max(share_now - share_before) as risen_by
    from ranked
    group by quality_date, column_name

),

-- That a model which was just released is asked more is no fault of the log.
model_launches as (

    select
        model,
        cast(max(released_at) as date) as released_date
    from {{ ref('stg_native__model_releases') }}
    where rejection_reason is null
    group by model

),

final as (

    select
        divergences.quality_date,
        divergences.column_name,
        divergences.risen_value,
        divergences.risen_by,
        coalesce(
            divergences.quality_date >= model_launches.released_date
            and divergences.quality_date < model_launches.released_date
            + interval {{ 7 * (var('quality_history_weeks') + 1) }} day,
            false
        ) as is_launch,
        greatest(
            divergences.divergence_bits
            - (divergences.different_values - 1) / (8 * ln(2))
            * (1 / divergences.accounts + 1 / divergences.earlier_accounts),
            0
        ) as drift
    from divergences
    left join newest_day on divergences.quality_date = newest_day.quality_date
    left join model_launches
        on
            divergences.column_name = 'model'
            and divergences.risen_value = model_launches.model
    -- who is up at night differs from who is up at day
    where
        newest_day.is_over is not false
        and divergences.accounts >= {{ var('drift_accounts_min') }}
        and divergences.earlier_accounts
        >= {{ var('drift_accounts_min') }}

)

select * from final
