-- What the last back-test of this warehouse found; empty where there was none.
select
    entity_type,
    entity_id,
    risk_band,
    requests_before,
    tokens_before,
    tokens_after,
    first_reached_at
from {{ kept_state('replayed_timeline') }}
