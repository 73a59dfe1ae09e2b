"""Is what readers find whole, and is it what it should be?"""

import os
from pathlib import Path

import pyarrow.parquet as pq

from extraction_watch.quiet_connection import connect
from extraction_watch.run_log import read_run

DATABASE = "extraction_watch.duckdb"


def faults(warehouse: Path) -> list[str]:
    """What is wrong with the published state, in words; nothing where it is whole."""
    version = (warehouse / "current").resolve()
    found = []
    if os.readlink(warehouse / "current") != f"published/{version.name}":
        found.append(f"current leads to {version}")
    made_by = read_run(version / "run.json")
    if made_by is None or made_by.run_id != version.name or not made_by.is_published:
        found.append(f"run.json is not that of {version.name}")
    folder = warehouse / "parquet"
    with connect(warehouse / DATABASE, read_only=True) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() order by 1"
            ).fetchall()
        ]
        if tables != sorted(path.stem for path in folder.iterdir()):
            found.append("database and Parquet hold other tables")
        latest = connection.execute(
            "select run_id, status, is_published from runs "
            "order by started_at desc limit 1"
        ).fetchall()
        if latest != [(version.name, "succeeded", True)]:
            found.append(f"the last run is {latest}")
        for table in tables:
            file = folder / f"{table}.parquet"
            if run_id_of(file) != version.name:
                found.append(f"{table} is of run {run_id_of(file)}")
            for one, other in ((f"'{file}'", table), (table, f"'{file}'")):
                if connection.execute(
                    f"from {one} except all from {other} limit 1"
                ).fetchall():
                    found.append(f"{table} differs between database and Parquet")
    return found


def run_id_of(file: Path) -> str:
    """Run whose table a Parquet file is."""
    metadata = pq.read_metadata(file).metadata or {}
    return str(metadata.get(b"run_id", b""), "utf-8")
