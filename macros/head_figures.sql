{#-
    Figures of heads in a group, from head_lives. Of a head that was not banned only is
    known that it lived so long: hence the half-life at a constant rate of bans, ln 2
    times the days lived over the bans, and not the median of the lives that ended.
-#}
{% macro head_figures() %}
        cast(count(predecessor_account_id) as bigint) as replaced_accounts,
        cast(count(banned_at) as bigint) as banned_accounts,
        cast(median(delay_hours) as double) as median_replacement_hours,
        cast(percentile_cont(0.25) within group (order by delay_hours) as double)
            as lower_quartile_replacement_hours,
        cast(percentile_cont(0.75) within group (order by delay_hours) as double)
            as upper_quartile_replacement_hours,
        cast(
            case
                when count(banned_at) > 0 then ln(2) * sum(life_days) / count(banned_at)
            end as double
        ) as head_half_life_days
{%- endmacro %}
