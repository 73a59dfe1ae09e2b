with

account_profiles as (

    select * from {{ ref('account_profiles') }}
    where prompts >= {{ var('own_topics_prompts_min') }}

),

shared_prompts as (

    select
        account_id,
        sum(prompts) as prompts
    from {{ ref('account_focus') }}
    where shared_prompts > 0
    group by account_id

),

shares as (

    select
        account_profiles.account_id,
        account_profiles.prompts,
        1 - least(coalesce(shared_prompts.prompts, 0) / account_profiles.prompts, 1)
            as own_share,
        account_profiles.first_seen_at,
        account_profiles.last_seen_at
    from account_profiles
    left join shared_prompts using (account_id)

),

findings as (

    select
        'account' as entity_type,
        account_id as entity_id,
        -own_share as value,
        0 as baseline,
        {{ percent('own_share') }} || ' of its '
        || cast(prompts as string)
        || ' different prompts belong to no skeleton that other accounts work on'
            as sentence,
        first_seen_at as observed_from,
        last_seen_at as observed_to
    from shares
    where own_share > 0

),

final as (

    {{ evidence_rows('findings', 'own_topics') }}

)

select * from final
