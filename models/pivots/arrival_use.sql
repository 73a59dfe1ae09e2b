-- What accounts sent in the three days after a model arrived.
with

model_arrivals as (

    select * from {{ ref('model_arrivals') }}

),

arrival_dates as (

    {% for day in range(4) %}
    select
        model,
        released_at,
        cast(released_at + interval {{ day }} day as date) as requested_date
    from model_arrivals
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

client_use as (

    select
        arrival_dates.model,
        arrival_dates.released_at,
        requests.account_id,
        requests.user_agent,
        count(*) as requests_72h,
        sum(case when requests.model = arrival_dates.model then 1 else 0 end)
            as moved_requests_72h,
        sum(
            case
                when
                    requests.requested_at
                    < arrival_dates.released_at + interval 1 day
                    then 1
                else 0
            end
        ) as requests_24h,
        sum(
            case
                when
                    requests.model = arrival_dates.model
                    and requests.requested_at
                    < arrival_dates.released_at + interval 1 day
                    then 1
                else 0
            end
        ) as moved_requests_24h
    from arrival_dates
    inner join {{ ref('requests') }} as requests
        on
            arrival_dates.requested_date = requests.requested_date
            and arrival_dates.released_at <= requests.requested_at
            and arrival_dates.released_at + interval 3 day > requests.requested_at
    group by
        arrival_dates.model,
        arrival_dates.released_at,
        requests.account_id,
        requests.user_agent

),

main_clients as (

    select
        model,
        account_id,
        user_agent
    from client_use
    qualify row_number() over (
        partition by model, account_id
        order by requests_72h desc, user_agent asc
    ) = 1

),

totals as (

    select
        model,
        released_at,
        account_id,
        sum(requests_24h) as requests_24h,
        sum(moved_requests_24h) as moved_requests_24h,
        sum(requests_72h) as requests_72h,
        sum(moved_requests_72h) as moved_requests_72h
    from client_use
    group by model, released_at, account_id

),

final as (

    select
        totals.*,
        main_clients.user_agent,
        cluster_assignments.cluster_id,
        account_profiles.access_pathway,
        -- factors of four, and new, recent and old accounts
        floor(ln(totals.requests_72h) / ln(4)) as volume_band,
        case
            when
                {{ seconds_between(
                    'coalesce(account_profiles.created_at, account_profiles.first_seen_at)',
                    'totals.released_at'
                ) }} < 7 * 86400
                then 0
            when
                {{ seconds_between(
                    'coalesce(account_profiles.created_at, account_profiles.first_seen_at)',
                    'totals.released_at'
                ) }} < 60 * 86400
                then 1
            else 2
        end as tenure_band
    from totals
    inner join main_clients using (model, account_id)
    inner join {{ ref('account_profiles') }} as account_profiles using (account_id)
    left join {{ ref('cluster_assignments') }} as cluster_assignments
        using (account_id)

)

select * from final
