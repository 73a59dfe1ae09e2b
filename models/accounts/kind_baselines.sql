-- How much of each kind of request accounts without any link send, and how much they
-- differ in that. Each account counts once whatever its volume.
with

account_kinds as (

    select * from {{ ref('account_kinds') }}

),

link_communities as (

    select account_id
    from {{ ref('link_communities') }}

),

unlinked_kinds as (

    select account_kinds.*
    from account_kinds
    left join link_communities using (account_id)
    where link_communities.account_id is null

),

unlinked_accounts as (

    select
        known,
        count(distinct account_id) as accounts
    from unlinked_kinds
    group by known
    having count(distinct account_id) >= {{ var('baseline_accounts_min') }}

),

kinds as (

    select distinct
        known,
        capability,
        token_bin
    from account_kinds

),

sums as (

    select
        known,
        capability,
        token_bin,
        sum(request_share) as request_share,
        sum(capped_share) as capped_share,
        sum(power(capped_share, 2)) as squared_share
    from unlinked_kinds
    group by known, capability, token_bin

),

final as (

    select
        kinds.known,
        kinds.capability,
        kinds.token_bin,
        unlinked_accounts.accounts,
        coalesce(sums.request_share, 0) / unlinked_accounts.accounts as request_share,
        coalesce(sums.capped_share, 0) / unlinked_accounts.accounts as capped_share,
        greatest(
            coalesce(sums.squared_share, 0) / unlinked_accounts.accounts
            - power(coalesce(sums.capped_share, 0) / unlinked_accounts.accounts, 2),
            0
        ) as capped_variance
    from kinds
    inner join unlinked_accounts using (known)
    left join sums using (known, capability, token_bin)

)

select * from final
