"""Runs a command as a process of its own and says what it took."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from extraction_watch.dbt_build import PROJECT

THREADS = 2
MEMORY = "6GB"


class BenchError(Exception):
    """A measured process failed; the message is what it said last."""


@dataclass(frozen=True)
class Cost:
    """Seconds of a process and those it started, and the most memory of one."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measured(
    arguments: Sequence[str], output: Path, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run Python with these arguments in the project; what it prints goes to `output`.

    `environment` goes before the limits. Raises BenchError when it fails.
    """
    limits = {
        "EXTRACTION_WATCH_MEMORY": MEMORY,
        "EXTRACTION_WATCH_THREADS": str(THREADS),
    }
    chosen = os.environ | limits | dict(environment or {})
    with output.open("w", encoding="utf-8") as file:
        begin = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=chosen,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begin
    if process.returncode:
        said = output.read_text("utf-8")[-2000:]
        raise BenchError(f"{' '.join(arguments[:3])} failed: {said}")
    # ru_maxrss counts kilobytes on Linux and bytes on macOS
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def limit(logs: Path, file_type: str, database: Path) -> Cost:
    """What it costs to load the requests whole into one DuckDB table."""
    database.unlink(missing_ok=True)
    reader = "read_parquet" if file_type == "parquet" else "read_json"
    script = f"""
import duckdb
with duckdb.connect({str(database)!r}, config={{"threads": {THREADS}}}) as connection:
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set memory_limit = '{MEMORY}'")
    files = {str(logs / "api_requests")!r} + "/*.{file_type}"
    connection.execute("create table requests as from {reader}('" + files + "')")
    connection.execute("checkpoint")
"""
    cost = measured(["-c", script], database.with_suffix(".log"))
    database.unlink()
    return cost
