"""DuckDB and Spark publish the same tables from the same logs."""

import json
import math
from pathlib import Path
from typing import Any

import duckdb
import pytest

from extraction_watch.dbt_build import PROJECT, dbt_environment, run_dbt
from extraction_watch.inputs.forgotten import forget_accounts
from extraction_watch.spark_tables import export_spark_tables
from tests.worlds.presets import PRESETS
from tests.worlds.world import generate
from tests.worlds.writing import write

pytestmark = pytest.mark.spark

TABLES = sorted(path.stem for path in (PROJECT / "models" / "marts").glob("*.sql"))
PEPPER = {"EXTRACTION_WATCH_PEPPER": "a pepper that is for this test only"}
FORGOTTEN = "o'brien \"; drop table accounts --"
TOLERANCE = 1e-6
SHOWN_DIFFERENCES = 5

# The data is so small that compiling for it would take longer than running it.
QUICK_SPARK = """
    --conf spark.sql.adaptive.enabled=false
    --conf spark.sql.codegen.wholeStage=false
    --conf spark.sql.codegen.factoryMode=NO_CODEGEN
    --conf "spark.driver.defaultJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    pyspark-shell
"""

Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def tables(
    tmp_path_factory: pytest.TempPathFactory,
) -> duckdb.DuckDBPyConnection:
    """Every published table of both engines, as `duckdb.<name>` and `spark.<name>`."""
    folder = tmp_path_factory.mktemp("engines")
    logs = folder / "world" / "logs"
    write(generate(PRESETS["small"]), folder / "world", "native", "parquet", False)
    _add_awkward_requests(logs / "api_requests" / "late.jsonl")

    on_duckdb, on_spark, exported = (
        folder / name for name in ("on_duckdb", "on_spark", "exported")
    )
    _build(on_duckdb, "duckdb", logs)
    _build(on_spark, "spark", logs)
    exported.mkdir()
    export_spark_tables(on_spark, TABLES, exported)

    connection = duckdb.connect()
    work = on_duckdb / "work" / "extraction_watch_work.duckdb"
    connection.execute(f"attach '{work}' as work (read_only)")
    connection.execute("create schema duckdb; create schema spark")
    for table in TABLES:
        connection.execute(
            f"create view duckdb.{table} as from work.main.{table};"
            f"create view spark.{table} as from '{exported}/{table}.parquet'"
        )
    return connection


@pytest.mark.parametrize("table", TABLES)
def test_same_columns(tables: duckdb.DuckDBPyConnection, table: str) -> None:
    assert _columns(tables, f"spark.{table}") == _columns(tables, f"duckdb.{table}")


@pytest.mark.parametrize("table", TABLES)
def test_same_rows(tables: duckdb.DuckDBPyConnection, table: str) -> None:
    columns = _columns(tables, f"duckdb.{table}")
    expected = _rows(tables, f"duckdb.{table}", columns)
    found = _rows(tables, f"spark.{table}", columns)
    assert len(found) == len(expected)
    differences = [
        f"{name}: {theirs!r} on Spark, {ours!r} on DuckDB, in {one}"
        for one, other in zip(expected, found, strict=True)
        for name, ours, theirs in zip(columns, one, other, strict=True)
        if not _same(ours, theirs)
    ]
    assert not differences, "\n".join(differences[:SHOWN_DIFFERENCES])


def test_there_is_something_to_compare(tables: duckdb.DuckDBPyConnection) -> None:
    filled = ("accounts", "sessions", "clusters", "evidence", "requests_rejected")
    counts = {table: _count(tables, f"spark.{table}") for table in filled}
    assert all(counts.values()), counts


def test_nobody_who_was_forgotten_is_there(tables: duckdb.DuckDBPyConnection) -> None:
    for engine in ("duckdb", "spark"):
        accounts = tables.execute(f"select account_id from {engine}.accounts")
        ids = {account for (account,) in accounts.fetchall()}
        assert "'); drop table accounts --" in ids
        assert FORGOTTEN not in ids
        hashes = f"select count(identity) from {engine}.shared_identities"
        assert tables.execute(hashes).fetchall()[0][0] > 0


def _build(warehouse: Path, engine: str, logs: Path) -> None:
    """Run `dbt build` with all its tests on one engine."""
    (warehouse / "work").mkdir(parents=True)
    environment = dbt_environment(warehouse, engine, {"native": str(logs)})
    forget_accounts(warehouse, [FORGOTTEN], PEPPER)
    environment |= PEPPER | {
        "PYTHONPATH": str(PROJECT),
        "EXTRACTION_WATCH_MEMORY": "2GB",
        "EXTRACTION_WATCH_SHUFFLE_PARTITIONS": "1",
        "PYSPARK_SUBMIT_ARGS": QUICK_SPARK,
    }
    run_dbt(environment, engine, full_refresh=True)


def _add_awkward_requests(path: Path) -> None:
    """A second file with rows that are rejected, told twice or full of odd text."""
    good: dict[str, Any] = {
        "request_id": "awkward-1",
        "requested_at": "2026-03-04T23:59:59.999999Z",
        "account_id": "'); drop table accounts --",
        "model": "model-1",
        "prompt": "Naïve 漢字 \U0001f600 \\ 'quotes' and\ttabs, step by step",
        "tool_names": ["b", "a", None],
        "temperature": 0.7,
    }
    rows = [
        good,
        good,
        good | {"prompt": "the same id with another text"},
        good | {"request_id": "awkward-2", "prompt": "", "temperature": 1e-7},
        good | {"request_id": "awkward-3", "account_id": None},
        good | {"request_id": "awkward-4", "requested_at": "yesterday"},
        good | {"request_id": "awkward-5", "input_tokens": "mány of bob@example.com"},
        good | {"request_id": "awkward-6", "prompt": "nul \x00 inside"},
        good | {"request_id": "awkward-8", "account_id": FORGOTTEN},
        good | {"request_id": "awkward-7", "requested_at": "2026-03-05T01:30:00+02:00"},
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.parent.mkdir()
    path.write_text("\n".join([*lines, '{"request_id": "cut', ""]), encoding="utf-8")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Names and types of the columns in their order."""
    rows = connection.execute(f"describe {table}").fetchall()
    return {str(name): str(kind) for name, kind, *_ in rows}


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]
) -> list[Row]:
    """Rows in an order that does not hang on the last digits of floats."""
    exact = [name for name, kind in columns.items() if kind != "DOUBLE"]
    rounded = [
        f"round({name}, 4)" for name, kind in columns.items() if kind == "DOUBLE"
    ]
    order = ", ".join(exact + rounded)
    return connection.execute(f"from {table} order by {order}").fetchall()


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return connection.table(table).shape[0]


def _same(one: object, other: object) -> bool:
    """Equal, or floats that differ by rounding only."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return one == other
