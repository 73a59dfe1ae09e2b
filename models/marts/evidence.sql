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
union all
-- What a cluster does is described, and not held against it.
select
    'cluster' as entity_type,
    cluster_id as entity_id,
    'phase_change' as signal,
    'phases' as family,
    cast(figure_after as double) as value,
    cast(figure_before as double) as baseline,
    cast(0 as double) as raw_weight,
    cast(0 as double) as weight,
    sentence,
    observed_from,
    observed_to,
    cast(null as string) as source_entity_id
from {{ ref('cluster_phases') }}
