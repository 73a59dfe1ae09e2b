"""The relation that shows the models what the last back-test found."""

from pathlib import Path

from extraction_watch.warehouse import Warehouse

COLUMNS = {
    "entity_type": "string",
    "entity_id": "string",
    "risk_band": "string",
    "requests_before": "bigint",
    "tokens_before": "bigint",
    "tokens_after": "bigint",
    "first_reached_at": "timestamp",
}


def replayed_timeline(warehouse: Path | None, scan: str) -> str:
    """Query over the file of a warehouse; without rows where there is no file.

    `scan` is the engine's relation over a Parquet file, with `{}` for its path.
    """
    file = Warehouse(warehouse).timeline if warehouse else None
    if file is None or not file.exists():
        nulls = (f"cast(null as {kind}) as {name}" for name, kind in COLUMNS.items())
        return f"select {', '.join(nulls)} where false"
    path = str(file).replace("'", "''")
    return f"select {', '.join(COLUMNS)} from {scan.format(path)}"
