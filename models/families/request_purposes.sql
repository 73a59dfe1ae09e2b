-- Family and capability of every accepted request that belongs to a family.
select
    request_families.request_id,
    request_families.family_id,
    family_profiles.capability
from {{ ref('request_families') }} as request_families
inner join {{ ref('family_profiles') }} as family_profiles using (family_id)
