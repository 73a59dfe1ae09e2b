-- How long inputs are of steady accounts that have no link: what the cover of a
-- pool is taken to be like. Every bin counts once more, so that none is impossible.
with

requests as (

    select
        account_id,
        {{ token_bin('input_tokens', var('token_bins_max')) }} as token_bin
    from {{ ref('requests') }}
    where input_tokens is not null

),

unlinked_accounts as (

    select steady_accounts.account_id
    from {{ ref('steady_accounts') }} as steady_accounts
    left join {{ ref('link_communities') }} as link_communities
        using (account_id)
    where link_communities.account_id is null

),

counted as (

    select
        requests.token_bin,
        count(*) as requests
    from requests
    inner join unlinked_accounts using (account_id)
    group by requests.token_bin

),

bins as (

    select distinct token_bin
    from requests

),

final as (

    select
        bins.token_bin,
        1 + coalesce(counted.requests, 0) as requests
    from bins
    left join counted using (token_bin)

)

select * from final
