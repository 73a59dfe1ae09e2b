"""DuckDB without its progress bars, which it draws on standard output."""

from pathlib import Path
from typing import Any

import duckdb


def connect(
    database: Path | str = ":memory:",
    read_only: bool = False,
    config: dict[str, Any] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a database. Bars would stand between the lines that others read."""
    connection = duckdb.connect(str(database), read_only=read_only, config=config or {})
    connection.execute("set enable_progress_bar = false")
    return connection
