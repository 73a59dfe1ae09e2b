-- The share that a member would have moved as an ordinary account: what accounts in no
-- cluster moved, of its pathway, volume and tenure, and of its client, whose new version
-- may have switched everybody. The higher one counts. Few comparable accounts are
-- drawn towards the mean of all.
{% set prior_accounts = var('baseline_accounts_min') %}
{% set horizons = ['24h', '72h'] %}

with

arrival_use as (

    select
        *,
        moved_requests_24h / nullif(requests_24h, 0) as share_24h,
        moved_requests_72h / requests_72h as share_72h
    from {{ ref('arrival_use') }}

),

comparable_accounts as (

    select * from arrival_use
    where cluster_id is null

),

all_means as (

    -- one imaginary account that moved everything keeps the mean above 0
    select
        model
        {%- for horizon in horizons %},
        (sum(coalesce(share_{{ horizon }}, 0)) + 1) / (count(share_{{ horizon }}) + 1)
            as mean_{{ horizon }}
        {%- endfor %}
    from comparable_accounts
    group by model

),

stratum_sums as (

    select
        model,
        coalesce(access_pathway, '') as access_pathway,
        volume_band,
        tenure_band,
        count(*) as accounts
        {%- for horizon in horizons %},
        count(share_{{ horizon }}) as accounts_{{ horizon }},
        sum(coalesce(share_{{ horizon }}, 0)) as sum_{{ horizon }}
        {%- endfor %}
    from comparable_accounts
    group by model, coalesce(access_pathway, ''), volume_band, tenure_band

),

client_sums as (

    select
        model,
        user_agent,
        count(*) as accounts
        {%- for horizon in horizons %},
        count(share_{{ horizon }}) as accounts_{{ horizon }},
        sum(coalesce(share_{{ horizon }}, 0)) as sum_{{ horizon }}
        {%- endfor %}
    from comparable_accounts
    where user_agent is not null
    group by model, user_agent

),

final as (

    select
        arrival_use.cluster_id,
        arrival_use.model,
        arrival_use.released_at,
        arrival_use.account_id
        {%- for horizon in horizons %},
        arrival_use.requests_{{ horizon }},
        arrival_use.share_{{ horizon }},
        greatest(
            (
                coalesce(stratum_sums.sum_{{ horizon }}, 0)
                + {{ prior_accounts }} * all_means.mean_{{ horizon }}
            )
            / (coalesce(stratum_sums.accounts_{{ horizon }}, 0) + {{ prior_accounts }}),
            (
                coalesce(client_sums.sum_{{ horizon }}, 0)
                + {{ prior_accounts }} * all_means.mean_{{ horizon }}
            )
            / (coalesce(client_sums.accounts_{{ horizon }}, 0) + {{ prior_accounts }})
        ) as expected_{{ horizon }}
        {%- endfor %}
    from arrival_use
    inner join all_means on arrival_use.model = all_means.model
    left join stratum_sums
        on
            arrival_use.model = stratum_sums.model
            and coalesce(arrival_use.access_pathway, '') = stratum_sums.access_pathway
            and arrival_use.volume_band = stratum_sums.volume_band
            and arrival_use.tenure_band = stratum_sums.tenure_band
    left join client_sums
        on
            arrival_use.model = client_sums.model
            and arrival_use.user_agent = client_sums.user_agent
    where arrival_use.cluster_id is not null

)

select * from final
