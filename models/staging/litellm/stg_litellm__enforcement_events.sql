{{ config(materialized='table') }}

with

verification_tokens as (

    select
        *,
        {{ token_account('token') }} as account_id
    from {{ raw('litellm', 'verification_tokens') }}
    where _bad_column is null

),

deleted_tokens as (

    select
        *,
        {{ token_account('token') }} as account_id
    from {{ raw('litellm', 'deleted_tokens') }}
    where _bad_column is null

),

deprecated_tokens as (

    select
        token,
        active_token_id,
        coalesce(created_at, revoke_at) as rotated_at
    from {{ raw('litellm', 'deprecated_tokens') }}
    where _bad_column is null

),

holders as (

    select
        token,
        user_id,
        team_id
    from verification_tokens
    union
    select
        token,
        user_id,
        team_id
    from deleted_tokens

),

deletions as (

    select
        account_id,
        case
            when deleted_by = user_id then 'closed_by_owner'
            else 'key_revoked'
        end as action,
        'LiteLLM key deleted' as reason,
        deleted_at as occurred_at
    from deleted_tokens

),

blocks as (

    select
        account_id,
        'suspended' as action,
        'LiteLLM key blocked' as reason,
        coalesce(last_active, created_at) as occurred_at
    from verification_tokens
    where blocked

),

replacements as (

    select
        {{ token_account('deprecated_tokens.token', 'holders') }} as account_id,
        'key_rotated' as action,
        'LiteLLM key rotated' as reason,
        deprecated_tokens.rotated_at as occurred_at
    from deprecated_tokens
    left join holders on deprecated_tokens.active_token_id = holders.token

),

-- Rotations whose old key LiteLLM no longer lists.
other_rotations as (

    select
        verification_tokens.account_id,
        'key_rotated' as action,
        'LiteLLM key rotated' as reason,
        verification_tokens.last_rotation_at as occurred_at
    from verification_tokens
    left join deprecated_tokens
        on verification_tokens.token = deprecated_tokens.active_token_id
    where
        verification_tokens.rotation_count > 0
        and deprecated_tokens.token is null

),

final as (

    select * from deletions
    union
    select * from blocks
    union
    select * from replacements
    union
    select * from other_rotations

)

select * from final
where
    account_id is not null
    and occurred_at is not null
    and {{ is_remembered('account_id') }}
