-- What the members of a cluster do more of than accounts without links, taken together:
-- of each kind of request the mean of their capped shares, in standard errors of a mean
-- over as many accounts that have nothing to do with each other.
with

account_kinds as (

    select * from {{ ref('account_kinds') }}

),

kind_baselines as (

    select * from {{ ref('kind_baselines') }}

),

cluster_assignments as (

    select * from {{ ref('cluster_assignments') }}

),

members as (

    select
        cluster_assignments.cluster_id,
        account_kinds.*
    from account_kinds
    inner join cluster_assignments using (account_id)

),

member_counts as (

    select
        cluster_id,
        known,
        count(distinct account_id) as accounts
    from members
    group by cluster_id, known
    having count(distinct account_id) >= {{ var('pooled_accounts_min') }}

),

cluster_kinds as (

    select
        cluster_id,
        known,
        capability,
        token_bin,
        sum(request_share) as request_share,
        sum(capped_share) as capped_share,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from members
    group by cluster_id, known, capability, token_bin

),

scores as (

    select
        cluster_kinds.cluster_id,
        cluster_kinds.capability,
        cluster_kinds.token_bin,
        member_counts.accounts,
        cluster_kinds.request_share / member_counts.accounts as request_share,
        kind_baselines.request_share as baseline_share,
        (
            cluster_kinds.capped_share / member_counts.accounts
            - kind_baselines.capped_share
        )
        -- no kind is so rare that a trace of it may count without bounds
        / sqrt(
            (
                kind_baselines.capped_variance
                + power({{ var('pooled_share_max') }} / 50, 2)
            )
            / member_counts.accounts
        ) as standard_score,
        cluster_kinds.first_seen_at,
        cluster_kinds.last_seen_at
    from cluster_kinds
    inner join member_counts using (cluster_id, known)
    inner join kind_baselines using (known, capability, token_bin)

),

strongest_scores as (

    select *
    from scores
    where standard_score > {{ var('pooled_score_min') }}
    qualify row_number() over (
        partition by cluster_id
        order by round(standard_score, 6) desc, capability asc, token_bin asc
    ) = 1

),

findings as (

    select
        'cluster' as entity_type,
        cluster_id as entity_id,
        ln(standard_score / {{ var('pooled_score_min') }}) as value,
        baseline_share as baseline,
        {{ percent('request_share') }} || ' of what its accounts send'
        || case
            when capability in ('', 'other') then ''
            else ' is ' || replace(capability, '_', ' ')
        end
        || case
            when token_bin < 0 then ''
            when capability in ('', 'other')
                then
                    ' has inputs of about '
                    || cast(round(power(2, (token_bin + 0.5) / 2)) as bigint)
                    || ' tokens'
            else
                ' with inputs of about '
                || cast(round(power(2, (token_bin + 0.5) / 2)) as bigint)
                || ' tokens'
        end
        || ', against ' || cast(round(100 * baseline_share, 1) as string)
        || '% in accounts without links: '
        || cast(round(standard_score, 0) as bigint)
        || ' standard errors for ' || accounts || ' accounts' as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from strongest_scores

),

final as (

    {{ evidence_rows('findings', 'pooled_distribution') }}

)

select * from final
