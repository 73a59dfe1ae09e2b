with

family_accounts as (

    select * from {{ ref('family_accounts') }}

),

requests as (

    select
        request_id,
        prompt_key,
        masked_sample,
        capability
    from {{ ref('requests') }}
    where prompt_key is not null

),

family_prompts as (

    select * from {{ ref('family_prompts') }}

),

prompt_counts as (

    select
        family_id,
        count(*) as prompts
    from family_prompts
    group by family_id

),

-- A handful of prompts, by their own hash, is enough to see what they share.
sampled_prompts as (

    select
        family_prompts.family_id,
        requests.masked_sample
    from family_prompts
    inner join requests using (prompt_key)
    where requests.masked_sample is not null
    qualify row_number() over (
        partition by family_prompts.family_id
        order by requests.prompt_key, requests.request_id
    ) <= 12

),

skeletons as (

    select
        family_id,
        common_skeleton(array_agg(masked_sample)) as skeleton
    from sampled_prompts
    group by family_id

),

capability_counts as (

    select
        family_prompts.family_id,
        requests.capability,
        count(*) as requests
    from family_prompts
    inner join requests using (prompt_key)
    group by family_prompts.family_id, requests.capability

),

family_capabilities as (

    select
        family_id,
        capability
    from capability_counts
    qualify row_number() over (
        partition by family_id
        order by requests desc, capability asc
    ) = 1

),

totals as (

    select
        family_id,
        sum(requests) as requests,
        sum(prompts) as account_prompts,
        sum(single_turn_requests) as single_turn_requests,
        count(*) as accounts,
        sum(
            case
                when prompts >= {{ var('family_account_prompts_min') }} then 1
                else 0
            end
        ) as working_accounts,
        -- effective number of accounts: inverse Simpson index of their prompts
        power(sum(prompts), 2) / sum(power(prompts, 2)) as effective_accounts,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from family_accounts
    group by family_id

),

final as (

    select
        totals.family_id,
        skeletons.skeleton,
        family_capabilities.capability,
        totals.requests,
        prompt_counts.prompts,
        totals.accounts,
        totals.working_accounts,
        totals.effective_accounts,
        prompt_counts.prompts / totals.requests as distinct_prompt_share,
        -- lower bound of the share of prompts that only one account ever sent
        greatest(
            (2 * prompt_counts.prompts - totals.account_prompts)
            / prompt_counts.prompts,
            0
        ) as divided_prompt_share,
        totals.single_turn_requests / totals.requests as single_turn_share,
        totals.first_seen_at,
        totals.last_seen_at
    from totals
    inner join prompt_counts using (family_id)
    inner join family_capabilities using (family_id)
    left join skeletons using (family_id)

)

select * from final
