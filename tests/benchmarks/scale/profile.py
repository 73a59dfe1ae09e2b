"""What each step after staging costs: CPU seconds, and for a million requests.

    python -m tests.benchmarks.scale.profile --warehouse W [--steps 30] [--tests]

runs the queries of the last build again, one by one, on two threads, with their results
in temporary tables. `--tests` does so with the tests of the project instead.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.counters import compiled_nodes
from tests.benchmarks.scale.processes import MEMORY, THREADS
from tests.evaluation.markdown import table
from udfs import register_duckdb


@dataclass(frozen=True)
class Step:
    """What one query took and made."""

    name: str
    cpu_seconds: float
    seconds: float
    rows: int


def main() -> int:
    """Print the steps that take longest, longest first, and their sum."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale.profile")
    options.add_argument("--warehouse", type=Path, required=True)
    options.add_argument("--steps", type=int, default=30)
    options.add_argument("--tests", action="store_true")
    chosen = options.parse_args()
    warehouse = Warehouse(chosen.warehouse.resolve())
    if not warehouse.database.exists() or not warehouse.target.exists():
        options.error(f"{chosen.warehouse} holds no build. Run `make run` first.")
    steps = profile(warehouse, "test" if chosen.tests else "model")
    millions = requests_of(warehouse) / 1e6
    print(profile_table(steps, millions, chosen.steps))
    return 0


def profile(warehouse: Warehouse, kind: str) -> list[Step]:
    """Each step of the last build but staging and views, on the tables as they are."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": str(THREADS),
        "memory_limit": MEMORY,
        "temp_directory": str(warehouse.work / "spill"),
    }
    with duckdb.connect(
        str(warehouse.database), read_only=True, config=config
    ) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        register_duckdb(connection)
        return [
            _measured(connection, node["name"], node["compiled_code"])
            for node in compiled_nodes(warehouse, kind)
            if node["config"]["materialized"] in ("table", "test")
        ]


def _measured(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> Step:
    cpu, begin = time.process_time(), time.monotonic()
    connection.execute(f"create or replace temporary table step as {query}")
    cpu, seconds = time.process_time() - cpu, time.monotonic() - begin
    ((rows,),) = connection.execute("select count(*) from step").fetchall()
    return Step(name, cpu, seconds, int(rows))


def requests_of(warehouse: Warehouse) -> int:
    """Requests that were staged."""
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        ((count,),) = connection.execute(
            "select count(*) from staged_requests"
        ).fetchall()
        return int(count)


def profile_table(steps: list[Step], millions: float, shown: int) -> str:
    """The dearest steps, the rest and the sum."""
    ordered = sorted(steps, key=lambda step: -step.cpu_seconds)
    rest = ordered[shown:]
    lines = [
        (f"`{step.name}`", step.cpu_seconds, step.seconds, f"{step.rows:,}")
        for step in ordered[:shown]
    ]
    for name, group in ((f"{len(rest)} others", rest), ("all", ordered)):
        cpu = sum(step.cpu_seconds for step in group)
        lines.append((name, cpu, sum(step.seconds for step in group), ""))
    return table(
        ("step", "CPU s", "CPU s per million requests", "s", "rows"),
        [
            (name, f"{cpu:.2f}", f"{cpu / millions:.2f}", f"{seconds:.2f}", rows)
            for name, cpu, seconds, rows in lines
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
