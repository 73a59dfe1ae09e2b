"""What the writers of foreign formats share."""

import duckdb
import numpy as np
import pyarrow as pa


def json_connection() -> duckdb.DuckDBPyConnection:
    """An in-memory database that reads and writes times as UTC."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    return connection


def with_places(requests: pa.Table) -> pa.Table:
    """Add the column `place`, by which rows keep their order."""
    return requests.append_column("place", pa.array(np.arange(requests.num_rows)))
