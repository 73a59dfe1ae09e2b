{#- Things that requests show accounts to share: entity type and its expression. -#}
{% set request_entities = {
    'device': 'client_device_id',
    'network': 'client_ip',
    'session': 'client_session_id',
    'system_prompt': 'cast(system_prompt_key as string)',
    'client': "user_agent || '|' || coalesce(tls_fingerprint, '')",
} %}

{#- Types of things that say who somebody is, where they are or who pays. -#}
{% set identities = ['device', 'network', 'payment', 'signup_network'] %}

with

requests as (

    select * from {{ ref('requests') }}

),

known_accounts as (

    select * from {{ ref('known_accounts') }}

),

account_profiles as (

    select * from {{ ref('account_profiles') }}

),

family_accounts as (

    select * from {{ ref('family_accounts') }}

),

{% for entity_type, expression in request_entities.items() %}
{{ entity_type }}_use as (

    select
        account_id,
        '{{ entity_type }}' as entity_type,
        {{ expression }} as entity,
        count(*) as requests,
        min(requested_at) as first_seen_at
    from requests
    where {{ expression }} is not null
    group by account_id, {{ expression }}

),

{% endfor %}

payment_use as (

    select
        known_accounts.account_id,
        'payment' as entity_type,
        known_accounts.payment_fingerprint as entity,
        account_profiles.requests,
        account_profiles.first_seen_at
    from known_accounts
    inner join account_profiles using (account_id)
    where known_accounts.payment_fingerprint is not null

),

signup_network_use as (

    select
        known_accounts.account_id,
        'signup_network' as entity_type,
        known_accounts.signup_ip as entity,
        account_profiles.requests,
        account_profiles.first_seen_at
    from known_accounts
    inner join account_profiles using (account_id)
    where known_accounts.signup_ip is not null

),

signup_burst_use as (

    select
        known_accounts.account_id,
        'signup_burst' as entity_type,
        coalesce(known_accounts.access_pathway, '') || '|'
        || cast(date_trunc('hour', known_accounts.created_at) as string) as entity,
        account_profiles.requests,
        account_profiles.first_seen_at
    from known_accounts
    inner join account_profiles using (account_id)
    where known_accounts.created_at is not null

),

family_use as (

    select
        account_id,
        'family' as entity_type,
        cast(family_id as string) as entity,
        prompts as requests,
        first_seen_at
    from family_accounts
    where prompts >= {{ var('family_account_prompts_min') }}

),

-- The same, where much was sent and it looks like a work list split between accounts.
work_list_use as (

    select
        account_id,
        'work_list' as entity_type,
        cast(family_id as string) as entity,
        prompts as requests,
        first_seen_at
    from {{ ref('account_focus') }}
    where
        prompts >= {{ var('work_list_account_prompts_min') }}
        and shared_prompts > 0
        and sweep_share >= {{ var('work_list_sweep_share_min') }}

),

final as (

    {% for entity_type in request_entities %}
    select * from {{ entity_type }}_use
    union all
    {% endfor %}
    select * from payment_use
    union all
    select * from signup_network_use
    union all
    select * from signup_burst_use
    union all
    select * from family_use
    union all
    select * from work_list_use

)

select
    account_id,
    entity_type,
    md5(entity) as entity_key,
    case
        when
            entity_type in (
                {%- for identity in identities %}
                '{{ identity }}'{{ ',' if not loop.last }}
                {%- endfor %}
            )
            then entity
    end as identity,
    requests,
    first_seen_at
from final
where entity <> ''
