select
    entity_type,
    entity_id,
    signal,
    family,
    cast(value as double) as value,
    cast(baseline as double) as baseline,
    cast(raw_weight as double) as raw_weight,
    cast(weight as double) as weight,
    sentence,
    observed_from,
    observed_to,
    source_entity_id
from {{ ref('weighed_findings') }}
union all
select
    'session' as entity_type,
    entity_id,
    signal,
    family,
    cast(value as double) as value,
    cast(baseline as double) as baseline,
    cast(weight as double) as raw_weight,
    cast(weight as double) as weight,
    sentence,
    observed_from,
    observed_to,
    source_entity_id
from {{ ref('session_findings') }}
