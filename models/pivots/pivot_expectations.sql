-- What a member would have moved as an ordinary account: mean and mean square of the
-- shares that accounts in no cluster moved, those of its pathway, volume and tenure,
-- and those of its client, whose new version may have switched everybody. The higher
-- mean counts. Few comparable accounts are drawn towards the mean of all.
{% set prior_accounts = var('baseline_accounts_min') %}
{#- Shares whose mean is expected. -#}
{% set shares = {
    'share_24h': 'share_24h',
    'share_72h': 'share_72h',
    'square_72h': 'share_72h * share_72h',
} %}

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
        {% for name, share in shares.items() %}
        (coalesce(sum({{ share }}), 0) + 1) / (count({{ share }}) + 1) as {{ name }},
        {% endfor %}
        model
    from comparable_accounts
    group by model

),

stratum_sums as (

    select
        model,
        coalesce(access_pathway, '') as access_pathway,
        volume_band,
        {% for name, share in shares.items() %}
        count({{ share }}) as {{ name }}_accounts,
        coalesce(sum({{ share }}), 0) as {{ name }}_sum,
        {% endfor %}
        tenure_band
    from comparable_accounts
    group by model, coalesce(access_pathway, ''), volume_band, tenure_band

),

client_sums as (

    select
        model,
        {% for name, share in shares.items() %}
        count({{ share }}) as {{ name }}_accounts,
        coalesce(sum({{ share }}), 0) as {{ name }}_sum,
        {% endfor %}
        user_agent
    from comparable_accounts
    where user_agent is not null
    group by model, user_agent

),

member_means as (

    select
        arrival_use.cluster_id,
        arrival_use.model,
        arrival_use.released_at,
        arrival_use.account_id,
        {% for kind in ['stratum', 'client'] %}
        {% for name in shares %}
        (
            coalesce({{ kind }}_sums.{{ name }}_sum, 0)
            + {{ prior_accounts }} * all_means.{{ name }}
        )
        / (coalesce({{ kind }}_sums.{{ name }}_accounts, 0) + {{ prior_accounts }})
            as {{ kind }}_{{ name }},
        {% endfor %}
        {% endfor %}
        arrival_use.share_24h,
        arrival_use.share_72h
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

),

final as (

    select
        cluster_id,
        model,
        released_at,
        account_id,
        share_24h,
        share_72h,
        greatest(stratum_share_24h, client_share_24h) as expected_24h,
        greatest(stratum_share_72h, client_share_72h) as expected_72h,
        case
            when stratum_share_72h >= client_share_72h then stratum_square_72h
            else client_square_72h
        end as expected_square_72h
    from member_means

)

select * from final
