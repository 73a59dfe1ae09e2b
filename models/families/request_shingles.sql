{{ config(materialized='view') }}

select
    request_id,
    account_id,
    prompt_key,
    {{ explode('prompt_shingles') }} as shingle
from {{ ref('requests') }}
where prompt_key is not null
