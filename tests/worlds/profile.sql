-- What the accounts of each persona and campaign look like in a labelled log. The
-- views requests, truth_accounts, truth_requests, accounts and events are registered
-- by the caller; minimum_requests is what an account needs for figures of its rhythm.
with requests as (
    select
        requests.*,
        truth_requests.is_extraction,
        coalesce(
            'level ' || truth_accounts.level || ' ' || truth_accounts.group_id,
            truth_accounts.persona
        ) as class_name,
        epoch(requests.requested_at) as second,
        epoch(min(requests.requested_at) over ()) as log_began_at,
        epoch(requests.requested_at) - lag(epoch(requests.requested_at)) over (
            partition by requests.account_id
            order by requests.requested_at, requests.request_id
        ) as gap
    from api_requests as requests
    inner join truth_accounts using (account_id)
    inner join truth_requests using (request_id)
),

by_account as (
    select
        class_name,
        account_id,
        count(*) as request_count,
        count_if(is_extraction) as extraction_count,
        stddev_samp(gap) / nullif(avg(gap), 0) as gap_variation,
        count_if(gap < 300) / nullif(count(gap), 0) as short_gap_share,
        count(distinct requested_at::date)
        / (date_diff('day', min(requested_at), max(requested_at)) + 1)
            as active_day_share,
        avg(ln(greatest(input_tokens, 1))) as log_input,
        stddev_samp(ln(greatest(input_tokens, 1))) as log_input_spread,
        avg(ln(greatest(output_tokens, 1))) as log_output,
        stddev_samp(ln(greatest(output_tokens, 1))) as log_output_spread,
        (min(second) - min(log_began_at)) / 86400 as first_day,
        (max(second) - min(second)) / 86400 as life_days,
        count(prompt) / count(*) as text_share,
        count(client_device_id) > 0 as has_device,
        count(client_session_id) > 0 as has_session,
        count(distinct client_device_id) as devices
    from requests
    group by class_name, account_id
),

rhythms as (
    select
        class_name,
        account_id,
        gap_variation,
        short_gap_share,
        active_day_share
    from by_account
    where request_count >= $minimum_requests
),

first_heads as (
    select
        by_account.class_name,
        (
            quantile_cont(by_account.first_day, 0.95)
            - quantile_cont(by_account.first_day, 0.05)
        )
        * 24 as start_hours
    from by_account
    inner join truth_accounts using (account_id)
    where truth_accounts.is_extraction and truth_accounts.successor_of is null
    group by by_account.class_name
)

select
    class_name as class,
    count(*) as accounts,
    median(request_count) as requests,
    quantile_cont(extraction_count, [0.1, 0.5, 0.9]) as extraction,
    quantile_cont(1 - extraction_count / request_count, [0.1, 0.5, 0.9]) as innocent,
    quantile_cont(rhythms.gap_variation, [0.1, 0.5, 0.9]) as gap_variation,
    median(rhythms.short_gap_share) as gaps_below_5_min,
    quantile_cont(rhythms.active_day_share, [0.1, 0.5, 0.9]) as active_days,
    quantile_cont(log_input, [0.1, 0.5, 0.9]) as log_input,
    median(log_input_spread) as sd_log_input,
    quantile_cont(log_output, [0.1, 0.5, 0.9]) as log_output,
    median(log_output_spread) as sd_log_output,
    quantile_cont(first_day, [0.1, 0.5, 0.9]) as first_day,
    any_value(first_heads.start_hours) as start_hours,
    median(life_days) as life_days,
    avg((text_share > 0)::int) as with_text,
    avg(has_device::int) as with_device,
    avg(has_session::int) as with_session,
    median(devices) as devices
from by_account
left join rhythms using (class_name, account_id)
left join first_heads using (class_name)
group by class_name
order by class_name
