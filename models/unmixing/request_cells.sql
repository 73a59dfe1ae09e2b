-- What the unmixing looks at of each request of linked accounts: how long its
-- input is, and which of the prompt families that several members share it is of.
with

requests as (

    select
        request_id,
        account_id,
        prompt_key,
        input_tokens
    from {{ ref('requests') }}

),

family_prompts as (

    select * from {{ ref('family_prompts') }}

),

family_accounts as (

    select
        account_id,
        family_id
    from {{ ref('family_accounts') }}

),

link_communities as (

    select
        account_id,
        community_number
    from {{ ref('link_communities') }}

),

shared_families as (

    select
        link_communities.community_number,
        family_accounts.family_id
    from family_accounts
    inner join link_communities using (account_id)
    group by link_communities.community_number, family_accounts.family_id
    having count(*) >= {{ var('unmixing_family_accounts_min') }}

),

numbered_families as (

    select
        *,
        row_number() over (
            partition by community_number
            order by family_id
        ) as family_number
    from shared_families

),

final as (

    select
        requests.request_id,
        requests.account_id,
        link_communities.community_number,
        case
            when requests.input_tokens is null then -1
            else {{ token_bin('requests.input_tokens', var('token_bins_max')) }}
        end as token_bin,
        case
            when requests.prompt_key is null then -1
            else coalesce(numbered_families.family_number, 0)
        end as family_number,
        numbered_families.family_id
    from requests
    inner join link_communities using (account_id)
    left join family_prompts using (prompt_key)
    left join numbered_families
        on
            link_communities.community_number = numbered_families.community_number
            and family_prompts.family_id = numbered_families.family_id

)

select * from final
