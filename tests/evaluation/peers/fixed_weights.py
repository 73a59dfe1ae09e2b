"""Fixed weights: a sum of hand-weighted workers, in the manner of Glasswally.

Weights, thresholds and rules are those published with it (commit 300eedc, March 2026),
written anew as one query. Of its 16 workers, eight find what they need in such a log:
fingerprint, velocity, elicitation cues, cluster, timing, preamble, pivot and token
budget. The others (HTTP/2 frames, watermark, biometrics, ...) say nothing here and keep
their share of the weights. Its lists of phrases and TLS hashes are replaced by a few
cues. Each worker counts at its most suspicious moment, which is to its advantage.
"""

from pathlib import Path

import duckdb
import pyarrow as pa

from tests.evaluation.peers.components import components
from tests.evaluation.peers.verdicts import Verdicts

_QUERY = Path(__file__).with_suffix(".sql")
_THRESHOLD = 0.35  # its lowest tier, which limits the account's rate
_SHARED = """
with things as (
    select account_id, 'payment ' || payment_fingerprint as thing from accounts
    union
    select account_id, 'organization ' || organization_id from accounts
    union
    select account_id, 'network ' || regexp_replace(client_ip, '[.:][^.:]*$', '')
    from api_requests
    union
    select account_id, 'tls ' || tls_fingerprint from api_requests
)
select min(account_id) over (partition by thing), account_id
from things
where thing is not null
"""


def judge_fixed_weights(log: duckdb.DuckDBPyConnection) -> Verdicts:
    """Score: the weighted sum, 0 to 1; acts from its lowest tier on."""
    clusters = components(log.execute(_SHARED).fetchall())
    log.register(
        "members",
        pa.table(
            {
                "account_id": pa.array(clusters.keys(), pa.string()),
                "cluster_id": pa.array(clusters.values(), pa.string()),
            }
        ),
    )
    rows = log.execute(_QUERY.read_text(encoding="utf-8")).fetchall()
    return Verdicts(dict(rows), _THRESHOLD, clusters)
