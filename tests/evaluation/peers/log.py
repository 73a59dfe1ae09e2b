"""The raw log that all detectors see."""

from pathlib import Path

import duckdb

_TABLES = ("api_requests", "accounts")


def open_log(logs: Path) -> duckdb.DuckDBPyConnection:
    """A connection that has the log's tables as views."""
    connection = duckdb.connect(config={"threads": 2})
    for name in _TABLES:
        connection.read_parquet(str(logs / f"{name}.parquet")).create_view(name)
    return connection
