"""Volume rule: who sends most is suspect. What a quota or a usage alert does."""

import duckdb

from tests.evaluation.peers.verdicts import Verdicts

_REQUESTS_A_DAY = 200


def judge_volume(log: duckdb.DuckDBPyConnection) -> Verdicts:
    """Score: requests on the account's busiest day; acts from 200 a day on."""
    rows = log.execute(
        """
        with days as (
            select account_id, count(*) as requests
            from api_requests
            group by account_id, requested_at::date
        )
        select account_id, max(requests) from days group by account_id
        """
    ).fetchall()
    return Verdicts({account: float(most) for account, most in rows}, _REQUESTS_A_DAY)
