-- The first requests of candidate successors, once for each number of requests after
-- which an heir is to be known; accounts with fewer requests are left out there.
with

candidates as (

    select distinct successor_account_id as account_id
    from {{ ref('succession_candidates') }}

),

numbered_requests as (

    select
        requests.account_id,
        requests.request_id,
        requests.requested_at,
        row_number() over (
            partition by requests.account_id
            order by requests.requested_at, requests.request_id
        ) as request_number
    from {{ ref('requests') }} as requests
    inner join candidates using (account_id)

),

{% for step in extraction_watch.early_requests() %}
first_{{ step }} as (

    select
        account_id,
        request_id,
        cast({{ step }} as bigint) as after_requests,
        max(requested_at) over (partition by account_id) as known_at,
        count(*) over (partition by account_id) as requests
    from numbered_requests
    where request_number <= {{ step }}

),

{% endfor %}
final as (

    {% for step in extraction_watch.early_requests() %}
    select
        account_id,
        request_id,
        after_requests,
        known_at
    from first_{{ step }}
    where requests = {{ step }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
