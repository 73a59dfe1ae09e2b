-- What is wrong with a column on a day, told from the days before: their median, so
-- that the first bad days do not become the rule for the next ones.
with

column_days as (

    select * from {{ ref('column_days') }}

),

mix_drifts as (

    select * from {{ ref('mix_drifts') }}

),

usual as (

    select
        column_days.quality_date,
        column_days.column_name,
        count(*) as days,
        median(earlier.filled_share) as filled_share,
        median(earlier.same_share) as same_share
    from column_days
    inner join column_days as earlier
        on
            column_days.column_name = earlier.column_name
            and column_days.quality_date > earlier.quality_date
            and column_days.quality_date
            <= earlier.quality_date
            + interval {{ 7 * var('quality_history_weeks') }} day
    where earlier.accounts >= {{ var('quality_accounts_min') }}
    group by column_days.quality_date, column_days.column_name
    having count(*) >= {{ var('quality_history_days_min') }}

),

compared as (

    select
        column_days.*,
        usual.filled_share as usual_filled_share,
        usual.same_share as usual_same_share,
        mix_drifts.drift,
        mix_drifts.risen_value,
        mix_drifts.risen_by,
        mix_drifts.is_launch,
        -- what accounts drawn by chance could show
        {{ var('quality_standard_errors') }} * sqrt(
            usual.filled_share * (1 - usual.filled_share) / column_days.accounts
        ) as filled_error,
        {{ var('quality_standard_errors') }} * sqrt(
            usual.same_share * (1 - usual.same_share)
            / nullif(column_days.filled_accounts, 0)
        ) as same_error
    from column_days
    left join usual using (quality_date, column_name)
    left join mix_drifts using (quality_date, column_name)

),

judged as (

    select
        *,
        case
            when
                accounts >= {{ var('quality_accounts_min') }}
                and filled_share
                < {{ var('quality_share_kept_min') }} * usual_filled_share
                - filled_error
                and usual_filled_share - filled_share
                >= {{ var('quality_change_min') }}
                then 'missing'
            when
                filled_accounts >= {{ var('quality_accounts_min') }}
                and 1 - same_share
                < {{ var('quality_share_kept_min') }} * (1 - usual_same_share)
                - same_error
                and same_share - usual_same_share
                >= {{ var('quality_change_min') }}
                then 'same'
            when drift >= {{ var('drift_bits_min') }} and not is_launch
                then 'drifted'
            else 'ok'
        end as column_verdict
    from compared

),

final as (

    select
        quality_date,
        column_name,
        column_verdict,
        accounts,
        filled_accounts,
        requests,
        filled_requests,
        filled_share,
        usual_filled_share,
        same_share,
        usual_same_share,
        drift,
        (
            column_verdict = 'same'
            and column_name in (
                {%- for name in neutralised_columns() %}
                '{{ name }}'{{ ',' if not loop.last }}
                {%- endfor %}
            )
            or column_verdict = 'missing'
            and column_name in (
                {%- for column in quality_columns() if column.is_half is defined %}
                '{{ column.name }}'{{ ',' if not loop.last }}
                {%- endfor %}
            )
        )
        and not {{ is_accepted_day('quality_date', var('accepted_days')) }}
            as is_neutralised,
        case column_verdict
            when 'missing'
                then
                    column_name || ' is missing in '
                    || {{ percent('1 - filled_share') }} || ' of what accounts sent, '
                    || 'usually in ' || {{ percent('1 - usual_filled_share') }}
            when 'same'
                then
                    column_name || ' is the same for '
                    || {{ percent('same_share') }} || ' of the accounts, usually for '
                    || {{ percent('usual_same_share') }}
            when 'drifted'
                then
                    column_name || ' is distributed otherwise than on this weekday '
                    || 'before: ' || risen_value || ' rose by '
                    || cast(cast(round(100 * risen_by) as bigint) as string)
                    || ' points of a hundred'
        end as quality_reason
    from judged

)

select * from final
