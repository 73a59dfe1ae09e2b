-- Why and since when there is something to say of a cluster. Findings have their weight
-- of today, and come in the order in which they were first observed.
{% set bars = {'high': 'risk_band_high', 'critical': 'risk_band_critical'} %}
{% set pivot_known = 'min(model_pivots.released_at) + interval 3 day' %}

with

alert_members as (

    select * from {{ ref('alert_members') }}

),

cluster_findings as (

    select
        entity_id as cluster_id,
        observed_from,
        weight
    from {{ ref('weighed_findings') }}
    where entity_type = 'cluster'

),

head_lives as (

    select * from {{ ref('head_lives') }}
    where predecessor_account_id is not null

),

model_pivots as (

    select * from {{ ref('model_pivots') }}
    where is_pivot

),

account_profiles as (

    select
        account_id,
        first_seen_at
    from {{ ref('account_profiles') }}

),

log_span as (

    select * from {{ ref('log_span') }}

),

suspected_clusters as (

    select
        cluster_id,
        max(risk_band) as risk_band,
        max(
            case when cluster_verdict = 'extraction' then cluster_decided_at end
        ) as confirmed_at
    from alert_members
    where
        risk_band in ('medium', 'high', 'critical')
        or cluster_verdict = 'extraction'
    group by cluster_id

),

-- A member tells nothing of a pool before it has worked for a while.
known_members as (

    select
        alert_members.cluster_id,
        alert_members.account_id,
        greatest(
            alert_members.joined_at,
            account_profiles.first_seen_at
            + interval {{ var('steady_life_hours_min') }} hour
        ) as known_at
    from alert_members
    inner join account_profiles using (account_id)

),

numbered_members as (

    select
        cluster_id,
        known_at,
        row_number() over (
            partition by cluster_id
            order by known_at, account_id
        ) as place
    from known_members

),

-- A cluster of fewer members than this is judged when it is complete.
gatherings as (

    select
        cluster_id,
        max(known_at) as gathered_at
    from numbered_members
    where place <= {{ var('alert_accounts_min') }}
    group by cluster_id

),

observed_moments as (

    select
        cluster_id,
        observed_from,
        sum(weight) as weight
    from cluster_findings
    group by cluster_id, observed_from

),

log_odds_by_then as (

    select
        cluster_id,
        observed_from,
        {{ logit(var('assumed_base_rate')) }} + sum(weight) over (
            partition by cluster_id
            order by observed_from
            rows between unbounded preceding and current row
        ) as log_odds
    from observed_moments

),

{% for band, bar in bars.items() %}
last_below_{{ band }} as (

    select
        cluster_id,
        max(observed_from) as observed_from
    from log_odds_by_then
    where log_odds < {{ logit(var(bar)) }}
    group by cluster_id

),

-- From the first finding after which the cluster never was below the bar again.
since_{{ band }} as (

    select
        log_odds_by_then.cluster_id,
        min(log_odds_by_then.observed_from) as observed_from
    from log_odds_by_then
    left join last_below_{{ band }}
        on log_odds_by_then.cluster_id = last_below_{{ band }}.cluster_id
    where
        last_below_{{ band }}.observed_from is null
        or log_odds_by_then.observed_from > last_below_{{ band }}.observed_from
    group by log_odds_by_then.cluster_id

),

{% endfor %}
-- Both are there at once: what is high and critical from then on did not rise.
passed_bars as (

    select
        gatherings.cluster_id,
        least(
            greatest(
                gatherings.gathered_at,
                coalesce(since_high.observed_from, gatherings.gathered_at)
            ),
            log_span.end_at
        ) as high_at,
        least(
            greatest(
                gatherings.gathered_at,
                coalesce(since_critical.observed_from, gatherings.gathered_at)
            ),
            log_span.end_at
        ) as critical_at
    from gatherings
    cross join log_span
    left join since_high
        on gatherings.cluster_id = since_high.cluster_id
    left join since_critical
        on gatherings.cluster_id = since_critical.cluster_id

),

extraction_openings as (

    select
        suspected_clusters.cluster_id,
        'extraction' as reason,
        case
            when suspected_clusters.risk_band in ('high', 'critical')
                then
                    least(
                        passed_bars.high_at,
                        coalesce(suspected_clusters.confirmed_at, passed_bars.high_at)
                    )
            else suspected_clusters.confirmed_at
        end as opened_at,
        case
            when suspected_clusters.risk_band = 'critical' then passed_bars.critical_at
        end as risen_at
    from suspected_clusters
    inner join passed_bars
        on suspected_clusters.cluster_id = passed_bars.cluster_id
    where
        suspected_clusters.risk_band in ('high', 'critical')
        or suspected_clusters.confirmed_at is not null

),

numbered_heirs as (

    select
        cluster_id,
        first_seen_at,
        row_number() over (
            partition by cluster_id
            order by first_seen_at, account_id
        ) as place
    from head_lives

),

regrowth_openings as (

    select
        numbered_heirs.cluster_id,
        'regrowth' as reason,
        numbered_heirs.first_seen_at as opened_at,
        cast(null as timestamp) as risen_at
    from numbered_heirs
    inner join suspected_clusters
        on numbered_heirs.cluster_id = suspected_clusters.cluster_id
    where numbered_heirs.place = {{ var('alert_heirs_min') }}

),

-- Three days after a release its event study is complete.
pivot_openings as (

    select
        model_pivots.cluster_id,
        'model_pivot' as reason,
        least({{ pivot_known }}, max(log_span.end_at)) as opened_at,
        cast(null as timestamp) as risen_at
    from model_pivots
    inner join suspected_clusters
        on model_pivots.cluster_id = suspected_clusters.cluster_id
    cross join log_span
    group by model_pivots.cluster_id

),

final as (

    select * from extraction_openings
    union all
    select * from regrowth_openings
    union all
    select * from pivot_openings

)

select * from final
