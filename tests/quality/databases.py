"""A tiny database to run the gate on."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import yaml

PROJECT = Path(__file__).parents[2]
MARTS = PROJECT / "models" / "marts"
HEALTHY = Path(__file__).with_name("healthy.sql")

STAGED_COLUMNS = """
    file_id varchar, file_path varchar, row_number bigint, request_id varchar,
    account_id varchar, model varchar, content_hash varchar, message_count bigint,
    input_tokens bigint, cached_input_tokens bigint, output_tokens bigint,
    reasoning_tokens bigint, max_output_tokens bigint, latency_ms bigint,
    status_code bigint, temperature double, sample_weight double,
    requested_at timestamp, rejection_reason varchar, rejected_column varchar
"""

SIDE_COLUMNS = {
    "accounts": "account_id varchar",
    "enforcement_events": "account_id varchar, occurred_at timestamp, action varchar",
    "model_releases": "model varchar, released_at timestamp",
    "suppressions": "entity_type varchar, entity_id varchar",
    "usage_totals": "usage_date timestamp, requests bigint",
    "verdicts": "entity_type varchar, entity_id varchar, verdict varchar",
}


def contracts() -> dict[str, list[tuple[str, str]]]:
    """The columns (name, type) of every published table, from the dbt contracts."""
    return {
        model["name"]: [
            (column["name"], column["data_type"]) for column in model["columns"]
        ]
        for path in sorted(MARTS.glob("_*.yml"))
        for model in yaml.safe_load(path.read_text())["models"]
    }


def write_database(path: Path, *statements: str) -> Path:
    """Write a database that meets every expectation, changed by the statements."""
    path.write_bytes(healthy_database())
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


@cache
def healthy_database() -> bytes:
    """The file of a database that meets every expectation."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "work.duckdb")
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create table staged_requests ({STAGED_COLUMNS})")
            for table, listed in SIDE_COLUMNS.items():
                connection.execute(
                    f"create table stg_native__{table} (file_id varchar, {listed},"
                    " rejection_reason varchar, rejected_column varchar)"
                )
            for table, columns in contracts().items():
                listed = ", ".join(f"{name} {kind}" for name, kind in columns)
                connection.execute(f"create table {table} ({listed})")
            connection.execute(HEALTHY.read_text())
        return path.read_bytes()
