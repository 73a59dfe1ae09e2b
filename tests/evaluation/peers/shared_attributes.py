"""Connected components over shared attributes: the usual fraud-ring query."""

import duckdb

from tests.evaluation.peers.components import components, sizes
from tests.evaluation.peers.verdicts import Verdicts

_ACCOUNTS = 5
_ATTRIBUTES = {
    "payment": "select account_id, payment_fingerprint as thing from accounts",
    "device": "select distinct account_id, client_device_id as thing from api_requests",
    "address": "select distinct account_id, client_ip as thing from api_requests",
}


def judge_shared_attributes(
    log: duckdb.DuckDBPyConnection, attributes: tuple[str, ...]
) -> Verdicts:
    """Score: accounts in the component; acts from 5 on.

    `attributes` are some of payment, device and address. Nothing is too common to join.
    """
    edges = []
    for name in attributes:
        # A star around the first account joins as all pairs would.
        edges += log.execute(
            f"""
            with things as ({_ATTRIBUTES[name]})
            select min(account_id) over (partition by thing), account_id
            from things
            where thing is not null
            """
        ).fetchall()
    clusters = components(edges)
    scores = {account: float(size) for account, size in sizes(clusters).items()}
    return Verdicts(_with_singles(log, scores), _ACCOUNTS, clusters)


def _with_singles(
    log: duckdb.DuckDBPyConnection, scores: dict[str, float]
) -> dict[str, float]:
    everybody = log.execute("select distinct account_id from api_requests").fetchall()
    return {account: scores.get(account, 1.0) for (account,) in everybody}
