"""Sessions of requests: the model `request_sessions` and Polars.

The same rule for both: within an account and a client's session id, a gap of more than
`session_gap_minutes` starts a new one. Both name a session after its first request; the
model also hashes that name. Truth is a plain loop over the sorted requests.
"""

from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from tests.benchmarks.scale.peers.contest import PRODUCT, Contender, Step, Work
from tests.benchmarks.scale.peers.models import Models

GAP = timedelta(minutes=30)
_REQUESTS = """
    select request_id, account_id, client_session_id, requested_at
    from read_parquet('{}/world/logs/api_requests.parquet')
"""


def _truth(folder: Path) -> dict[str, str | None]:
    rows = (
        duckdb.connect()
        .execute(
            _REQUESTS.format(folder)
            + "order by account_id, client_session_id, requested_at, request_id"
        )
        .fetchall()
    )
    sessions: dict[str, str | None] = {}
    before, session = (None, None, None), None
    for request_id, account_id, client_session_id, at in rows:
        stream = (account_id, client_session_id)
        if before[:2] != stream or at - before[2] > GAP:
            session = request_id
        before = (*stream, at)
        sessions[request_id] = session
    return sessions


def ours(folder: Path) -> Work:
    """The model over the columns that it reads."""
    models = Models(folder / "warehouse")
    models.connection.execute(
        "create table requests as "
        "select *, cast(requested_at as date) as requested_date "
        f"from ({_REQUESTS.format(folder)})"
    )

    def work() -> pa.Table:
        models.build("request_sessions")
        return models.connection.sql(
            "select request_id, session_id from request_sessions"
        ).to_arrow_table()

    return work


def _polars(folder: Path) -> Work:
    import polars as pl

    requests = pl.from_arrow(
        duckdb.connect().execute(_REQUESTS.format(folder)).to_arrow_table()
    )
    stream = ["account_id", "client_session_id"]
    is_new = pl.any_horizontal(
        *(pl.col(name).ne_missing(pl.col(name).shift()) for name in stream),
        pl.col("requested_at").diff().fill_null(GAP) > GAP,
    )

    def work() -> pa.Table:
        return (
            requests.lazy()
            .sort(*stream, "requested_at", "request_id")
            .select(
                "request_id",
                session_id=pl.when(is_new).then("request_id").forward_fill(),
            )
            .collect()
            .to_arrow()
        )

    return work


STEPS = (
    Step(
        "sessions",
        _truth,
        (Contender(PRODUCT, ours), Contender("Polars", _polars)),
    ),
)
