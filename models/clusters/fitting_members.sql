-- Accounts that belong to their community by their links and by what they send. Weights
-- are fitted: log-odds of being one of those who make the community, rather than a
-- stranger whom chance links to them.
with

membership_features as (

    select * from {{ ref('membership_features') }}

),

weights as (

    select
        max(case when feature = 'any_account' then weight end) as any_account,
        max(case when feature = 'mean_link' then weight end) as mean_link,
        max(case when feature = 'request_fit' then weight end) as request_fit
    from {{ ref('membership_weights') }}

),

judged as (

    select
        membership_features.account_id,
        membership_features.community_number,
        weights.any_account
        + weights.mean_link * membership_features.mean_link
        + weights.request_fit * membership_features.request_fit
            as membership_log_odds
    from membership_features
    cross join weights

),

final as (

    select *
    from judged
    where membership_log_odds >= {{ var('membership_log_odds_min') }}

)

select * from final
