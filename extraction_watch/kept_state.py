"""Relations that show the models what a warehouse keeps besides its tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from extraction_watch.warehouse import TIMELINE, Warehouse


@dataclass(frozen=True)
class KeptState:
    """A Parquet file below the warehouse, and the columns that models read of it."""

    path: str
    columns: Mapping[str, str]


KEPT_STATES = {
    # what the last back-test found
    "replayed_timeline": KeptState(
        f"work/{TIMELINE}",
        {
            "entity_type": "string",
            "entity_id": "string",
            "risk_band": "string",
            "requests_before": "bigint",
            "tokens_before": "bigint",
            "tokens_after": "bigint",
            "first_reached_at": "timestamp",
        },
    ),
    # the clusters that readers know, and what was told them of earlier ones
    "published_members": KeptState(
        "current/parquet/cluster_members.parquet",
        {"cluster_id": "string", "account_id": "string"},
    ),
    "published_lineage": KeptState(
        "current/parquet/cluster_lineage.parquet",
        {
            "cluster_id": "string",
            "event": "string",
            "other_cluster_id": "string",
            "reason": "string",
            "known_from": "string",
            "occurred_at": "timestamp",
        },
    ),
}


def kept_state(name: str, warehouse: Path | None, scan: str) -> str:
    """Query over a file of `KEPT_STATES`; without rows where there is no file.

    A column that the file of an earlier version lacks is null. `scan` is the engine's
    relation over a Parquet file, with `{}` for its path.
    """
    state = KEPT_STATES[name]
    file = Warehouse(warehouse).folder / state.path if warehouse else None
    is_there = file is not None and file.exists()
    there = set(pq.read_schema(file).names) if is_there else set()
    columns = ", ".join(
        column if column in there else f"cast(null as {kind}) as {column}"
        for column, kind in state.columns.items()
    )
    if not is_there:
        return f"select {columns} where false"
    path = str(file).replace("'", "''")
    return f"select {columns} from {scan.format(path)}"
