-- How long the inputs of an account are: share of its requests by half octaves of
-- tokens, each spread over its two neighbours so that a bin's edge matters little.
with

requests as (

    select
        account_id,
        {{ token_bin('input_tokens', var('token_bins_max')) }} as token_bin
    from {{ ref('requests') }}
    where input_tokens is not null

),

steady_accounts as (

    select account_id
    from {{ ref('steady_accounts') }}

),

counted as (

    select
        requests.account_id,
        requests.token_bin,
        count(*) as requests
    from requests
    inner join steady_accounts using (account_id)
    group by requests.account_id, requests.token_bin

),

spread as (

    {% for shift, weight in [(-1, 1), (0, 2), (1, 1)] %}
    select
        account_id,
        token_bin + ({{ shift }}) as token_bin,
        {{ weight }} * requests as requests
    from counted
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

binned as (

    select
        account_id,
        token_bin,
        sum(requests) as requests
    from spread
    group by account_id, token_bin

),

final as (

    select
        account_id,
        token_bin,
        requests / sum(requests) over (partition by account_id) as request_share
    from binned

)

select * from final
