-- A working database as a run leaves it, in small: accounts a1 and a2 form the cluster
-- c1, a3 is on its own. Ten requests on two days, all accepted.
insert into staged_requests by name
select
    'file' as file_id,
    'api_requests/day.jsonl' as file_path,
    i as row_number,
    'r' || i as request_id,
    'a' || (i % 3 + 1) as account_id,
    'model-x' as model,
    md5('r' || i) as content_hash,
    1 as message_count,
    100 as input_tokens,
    10 as cached_input_tokens,
    50 as output_tokens,
    20 as reasoning_tokens,
    1000 as max_output_tokens,
    900 as latency_ms,
    200 as status_code,
    0.7 as temperature,
    1 as sample_weight,
    timestamp '2026-03-01 12:00:00' + to_days((i % 2)::integer) as requested_at
from range(1, 11) as numbers(i);

create table run_parameters as
select
    ln(0.001 / 0.999) as prior_log_odds,
    2 as enforcing_families_min,
    0.05::double as rejected_share_max,
    0.5::double as rejected_share_stop,
    0.01::double as implausible_share_max,
    1 as implausible_rows_min;

insert into account_days by name
select
    account_id,
    requested_at::date as activity_date,
    count(*) as requests,
    count(*) as served_requests,
    count(*) as text_requests,
    1 as prompts,
    0 as extraction_like_requests,
    1 as sessions,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(reasoning_tokens) as reasoning_tokens,
    count(*) as weighted_requests
from staged_requests
group by all;

insert into evidence by name
select
    entity_type,
    entity_id,
    'a_signal' as signal,
    family,
    1 as value,
    4 as raw_weight,
    3.5 as weight,
    'Something was seen' as sentence,
    timestamp '2026-03-01 12:00:00' as observed_from,
    timestamp '2026-03-02 12:00:00' as observed_to,
    if(entity_type = 'cluster', null, 'c1') as source_entity_id
from (
    values ('account', 'a1'), ('account', 'a2'), ('cluster', 'c1'), ('session', 's-a1')
) as entities (entity_type, entity_id)
cross join (values ('content'), ('identity')) as families (family);

create macro probability(kind, key) as (
    1 / (1 + exp(-(ln(0.001 / 0.999) + coalesce((
        select sum(weight) from evidence where entity_type = kind and entity_id = key
    ), 0))))
);

insert into accounts by name
select
    account_id,
    if(account_id = 'a3', null, 'c1') as cluster_id,
    if(account_id = 'a3', 'minimal', 'medium') as risk_band,
    if(account_id = 'a3', null, 'Something was seen') as top_reasons,
    'content, identity' as evidence_families_seen,
    'ok' as quality_verdict,
    probability('account', account_id) as extraction_probability,
    100 * probability('account', account_id) as risk_score,
    if(account_id = 'a3', null, 0.5) as extraction_share,
    if(account_id = 'a3', 0, 2) as incriminating_families,
    sum(requests) as requests,
    sum(text_requests) as text_requests,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(reasoning_tokens) as reasoning_tokens,
    false as is_suppressed,
    min(activity_date)::timestamp as first_seen_at,
    max(activity_date)::timestamp as last_seen_at
from account_days
group by account_id;

insert into sessions by name
select
    's-' || account_id as session_id,
    account_id,
    'model-x' as models,
    'other 100%' as capability_mix,
    'ok' as quality_verdict,
    probability('session', 's-' || account_id) as extraction_probability,
    100 * probability('session', 's-' || account_id) as risk_score,
    requests,
    text_requests,
    0 as extraction_like_requests,
    input_tokens,
    output_tokens,
    reasoning_tokens,
    first_seen_at as started_at,
    last_seen_at as ended_at
from accounts;

insert into clusters by name
select
    cluster_id,
    'medium' as risk_band,
    'Something was seen' as top_reasons,
    'ok' as quality_verdict,
    probability('cluster', cluster_id) as extraction_probability,
    100 * probability('cluster', cluster_id) as risk_score,
    1 as density,
    4 as weakest_link_weight,
    count(*) as accounts,
    count(*) as active_accounts,
    0 as banned_accounts,
    0 as replaced_accounts,
    1 as generations,
    sum(requests) as requests,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(reasoning_tokens) as reasoning_tokens,
    false as is_suppressed,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at
from accounts
where cluster_id is not null
group by cluster_id;

insert into cluster_members by name
select
    cluster_id,
    account_id,
    'device x1 (rarest shared by 2)' as strongest_reason,
    0.9 as strength,
    1 as generation,
    timestamp '2026-03-01 12:00:00' as joined_at
from accounts
where cluster_id is not null;

insert into cluster_days by name
select
    cluster_id,
    activity_date,
    count(*) as active_accounts,
    sum(account_days.requests) as requests,
    0 as extraction_like_requests,
    sum(account_days.input_tokens) as input_tokens,
    sum(account_days.output_tokens) as output_tokens,
    sum(account_days.reasoning_tokens) as reasoning_tokens
from account_days
inner join cluster_members using (account_id)
group by all;

insert into account_links by name
select
    'a1' as account_id_a,
    'a2' as account_id_b,
    'device x1 (rarest shared by 2)' as reasons,
    4 as weight,
    timestamp '2026-03-01 12:00:00' as established_at;

insert into shared_identities by name
select
    account_id,
    cluster_id,
    'device' as identity_type,
    2 as cluster_accounts,
    2 as accounts,
    requests,
    first_seen_at
from accounts
where account_id in ('a1', 'a2');

insert into cluster_lineage by name
select
    'c1' as cluster_id,
    'founded' as event,
    'first link between two accounts of no cluster' as reason,
    'links' as known_from,
    timestamp '2026-03-01 12:00:00' as occurred_at;

insert into capability_days by name
select
    activity_date,
    'other' as capability,
    sum(requests) as requests,
    count(*) as accounts,
    sum(output_tokens) as output_tokens,
    sum(reasoning_tokens) as reasoning_tokens
from account_days
group by activity_date;

insert into quality_days by name
select
    activity_date as quality_date,
    'ok' as quality_verdict,
    false as stops_publication,
    requests as rows_read,
    requests as accepted_rows,
    0 as duplicate_rows,
    0 as rejected_rows,
    0 as late_rows,
    0 as clock_skew_rows,
    1 as hours_with_requests,
    0 as missing_hours,
    1 as text_share,
    1 as mean_sample_weight
from capability_days;

insert into quality_columns by name
select
    quality_date,
    'client_device_id' as column_name,
    'ok' as column_verdict,
    false as is_neutralised,
    3 as accounts,
    accepted_rows as requests,
    accepted_rows as filled_requests,
    1 as filled_share,
    0 as same_share
from quality_days;
