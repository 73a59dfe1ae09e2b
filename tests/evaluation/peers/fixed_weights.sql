-- One row per account: what each worker says at its most suspicious moment, times what
-- it makes of its own confidence. `members` holds account_id and cluster_id.
with

requests as (

    select
        *,
        epoch(requested_at) - lag(epoch(requested_at)) over (
            partition by account_id order by requested_at, request_id
        ) as gap,
        coalesce(
            md5(system_prompt),
            case when length(prompt) >= 80 then md5(lower(left(prompt, 512))) end
        ) as preamble,
        regexp_matches(
            lower(prompt),
            'step[ -]by[ -]step|chain[ -]of[ -]thought|your reasoning|every step|rubric'
            || '|as a judge|reward model|training data|you are an expert'
        ) as has_cue
    from api_requests

),

hours as (

    select
        account_id,
        count(*) as requests,
        1 - stddev_pop(gap) / nullif(avg(gap), 0) as regularity,
        stddev_pop(input_tokens) / nullif(avg(input_tokens), 0) as token_variation,
        avg((hour(requested_at) < 6)::integer) as night_share,
        avg(has_cue::integer) as cue_share,
        bool_or(has_cue) as has_cue
    from requests
    group by account_id, date_trunc('hour', requested_at)

),

velocity as (

    select
        account_id,
        max(
            (
                case
                    when requests > 200 then 0.45
                    when requests > 60 then 0.25
                    else 0
                end
                + case
                    when regularity > 0.7 then 0.3
                    when regularity > 0.5 then 0.15
                    else 0
                end
                + case when token_variation < 0.15 then 0.15 else 0 end
                + case when night_share > 0.5 then 0.1 else 0 end
            )
            * (0.5 + 0.5 * least(1, requests / 50))
            * (0.4 + 0.6 * least(1, requests / 50))
        ) as score
    from hours
    where requests >= 5
    group by account_id

),

cues as (

    select
        account_id,
        0.94 * max(
            case when has_cue then 0.4 else 0 end
            + case when requests >= 5 and cue_share >= 0.2 then 0.35 else 0 end
        ) as score
    from hours
    group by account_id

),

tls_accounts as (

    select
        tls_fingerprint,
        count(distinct account_id) as accounts
    from requests
    group by tls_fingerprint

),

fingerprint as (

    select
        requests.account_id,
        (
            case
                when count(distinct requests.tls_fingerprint) >= 3 then 0.2
                else 0
            end
            + case when max(tls_accounts.accounts) >= 10 then 0.15 else 0 end
        ) * pow(0.4 + 0.6 * least(1, count(*) / 20), 2) as score
    from requests
    inner join tls_accounts using (tls_fingerprint)
    group by requests.account_id

),

preambles as (

    select
        account_id,
        preamble,
        count(*) as requests,
        count(*) / sum(count(*)) over (partition by account_id) as reuse,
        sum(count(*)) over (partition by account_id) as all_requests,
        count(*) over (partition by preamble) as accounts
    from requests
    where preamble is not null
    group by account_id, preamble

),

role_preamble as (

    select
        account_id,
        0.92 * max(
            case
                when accounts >= 10 then 0.5
                when accounts >= 5 then 0.35
                when accounts >= 3 then 0.18
                else 0
            end
            + case
                when all_requests < 5 then 0
                when reuse >= 0.8 then 0.35
                when reuse >= 0.6 then 0.2
                else 0
            end
        ) as score
    from preambles
    group by account_id

),

token_budget as (

    select
        account_id,
        case
            when
                avg((max_output_tokens in (1024, 2048, 4096, 8192, 16384))::integer)
                < 0.7
                then 0
            when median(max_output_tokens) > 2000 then 0.4 * 0.89
            else 0.3 * 0.76
        end as score
    from requests
    where max_output_tokens is not null
    group by account_id
    having count(*) >= 6

),

seconds as (

    select
        epoch(requested_at)::bigint as second,
        count(distinct account_id) as accounts
    from requests
    group by second
    having accounts >= 5

),

timing_cluster as (

    select
        requests.account_id,
        max(
            least(0.5, 0.5 * (seconds.accounts - 5) / 7)
            * (0.4 + 0.6 * least(1, seconds.accounts / 12))
        ) as score
    from requests
    inner join seconds on epoch(requests.requested_at)::bigint = seconds.second
    group by requests.account_id

),

turns as (

    select
        account_id,
        model,
        min(requested_at) as turned_at
    from requests
    group by account_id, model
    qualify
        turned_at > min(turned_at) over (partition by account_id)

),

turns_together as (

    select
        turns.account_id,
        count(*) over (
            partition by members.cluster_id, turns.model
            order by turns.turned_at
            range between interval 6 hours preceding and interval 6 hours following
        ) as together
    from turns
    left join members using (account_id)

),

model_pivot as (

    select
        account_id,
        0.91 * max(
            case
                when together >= 5 then least(1, 0.2 + 0.8 * together / 30)
                else 0.2
            end
        ) as score
    from turns_together
    group by account_id

),

cluster_facts as (

    select
        members.cluster_id,
        count(distinct members.account_id) as accounts,
        count(distinct accounts.payment_fingerprint) as payments,
        count(
            distinct regexp_replace(requests.client_ip, '[.:][^.:]*$', '')
        ) as subnets,
        count(*) as requests
    from members
    inner join requests using (account_id)
    left join accounts using (account_id)
    group by members.cluster_id

),

hydra as (

    select
        members.account_id,
        cluster_facts.accounts,
        case when cluster_facts.accounts < 3 then 0 else least(
            1,
            0.4 * least(1, cluster_facts.accounts / 25)
            + least(0.35, 0.07 * cluster_facts.payments)
            + least(0.15, 0.03 * cluster_facts.subnets)
        ) end * (0.4 + 0.6 * least(1, cluster_facts.requests / 100)) as score
    from members
    inner join cluster_facts using (cluster_id)

),

countries as (

    select
        account_id,
        bool_or(client_country = 'CN') as is_lifted
    from requests
    group by account_id

)

select
    countries.account_id,
    least(
        1,
        (
            0.14 * coalesce(fingerprint.score, 0)
            + 0.1 * coalesce(velocity.score, 0)
            + 0.09 * coalesce(cues.score, 0)
            + 0.08 * coalesce(hydra.score, 0)
            + 0.07 * coalesce(timing_cluster.score, 0)
            + 0.06 * coalesce(role_preamble.score, 0)
            + 0.05 * coalesce(model_pivot.score, 0)
            + 0.03 * coalesce(token_budget.score, 0)
        )
        * case when countries.is_lifted then 1.3 else 1 end
        + case when hydra.accounts >= 5 then 0.08 else 0 end
    ) as score
from countries
left join fingerprint using (account_id)
left join velocity using (account_id)
left join cues using (account_id)
left join hydra using (account_id)
left join timing_cluster using (account_id)
left join role_preamble using (account_id)
left join model_pivot using (account_id)
left join token_budget using (account_id)
