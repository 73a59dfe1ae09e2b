"""Ten readers that query throughout twenty runs."""

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.managers import ListProxy
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb

from extraction_watch.quiet_connection import connect
from tests.integration.awkward_logs import write_awkward_logs
from tests.reliability.published import DATABASE, run_id_of
from tests.reliability.scene import WHOLE_COMMAND, command, succeed
from tests.worlds.presets import PRESETS
from tests.worlds.world import generate

READERS = 10
RUNS = 20
FIRST_DAYS = 10
"""That the first version is built of; each run adds one."""
BREATH_SECONDS = 0.02

Counts = dict[str, int]
Session = tuple[str, str, Counts]
"""Kind of reader, run id, rows per table: what one session saw."""


@dataclass
class Reading:
    """What readers saw: sessions and queries per kind, versions, faults."""

    sessions: dict[str, int] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    versions: set[str] = field(default_factory=set)
    runs: int = 0
    errors: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.errors and not self.mixed and len(self.sessions) == len(KINDS)


def watched_runs(folder: Path) -> Reading:
    """Run twenty times, each over one more day and with all checks, while ten
    processes read; then judge what they saw."""
    world = replace(PRESETS["small"], days=FIRST_DAYS + RUNS)
    days = write_awkward_logs(generate(world), folder / "world").days
    warehouse, requests = folder / "watched", folder / "logs-watched" / "api_requests"
    requests.mkdir(parents=True)
    run = ["run", "--logs", str(requests.parent), "--warehouse", str(warehouse)]
    for day in days[:FIRST_DAYS]:
        shutil.move(day, requests)
    succeed(command(*run, module=WHOLE_COMMAND))
    reading = Reading()
    known = {_current(warehouse): _counts_of(warehouse)}
    with _readers(warehouse, reading) as sessions:
        for day in days[FIRST_DAYS:]:
            shutil.move(day, requests)
            succeed(command(*run, module=WHOLE_COMMAND))
            known[_current(warehouse)] = _counts_of(warehouse)
            reading.runs += 1
            print(f"  run {reading.runs} of {RUNS} read meanwhile", flush=True)
    for kind, run_id, counts in sessions:
        reading.sessions[kind] = reading.sessions.get(kind, 0) + 1
        reading.queries[kind] = reading.queries.get(kind, 0) + len(counts)
        reading.versions.add(run_id)
        if known.get(run_id) != counts:
            reading.mixed.append(f"{kind}: {run_id} with {counts}")
    return reading


def _current(warehouse: Path) -> str:
    return (warehouse / "current").resolve().name


def _counts_of(warehouse: Path) -> Counts:
    with connect(warehouse / DATABASE, read_only=True) as connection:
        return _counts(connection)


def _counts(connection: duckdb.DuckDBPyConnection) -> Counts:
    tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    return {
        name: connection.execute(f"select count(*) from {name}").fetchall()[0][0]
        for (name,) in tables
    }


def _run_id(connection: duckdb.DuckDBPyConnection) -> str:
    latest = "select run_id from runs order by started_at desc limit 1"
    return str(connection.execute(latest).fetchall()[0][0])


@contextmanager
def _readers(warehouse: Path, reading: Reading) -> Iterator[list[Session]]:
    """Ten processes that read until the block ends; what they saw is there then."""
    context = multiprocessing.get_context("spawn")
    seen: list[Session] = []
    with context.Manager() as manager:
        stop = context.Event()
        sessions: ListProxy[Session] = manager.list()
        errors: ListProxy[str] = manager.list()
        processes = [
            context.Process(
                target=_read,
                args=(tuple(KINDS)[n % len(KINDS)], warehouse, stop, sessions, errors),
            )
            for n in range(READERS)
        ]
        for process in processes:
            process.start()
        try:
            yield seen
        finally:
            stop.set()
            for process in processes:
                process.join()
            seen += list(sessions)
            reading.errors += list(errors)
            reading.errors += [
                f"a reader ended with {process.exitcode}"
                for process in processes
                if process.exitcode
            ]


def _read(
    kind: str,
    warehouse: Path,
    stop: Event,
    sessions: "ListProxy[Session]",
    errors: "ListProxy[str]",
) -> None:
    """One reader: session after session. It makes way for the work that it watches."""
    os.nice(10)
    while not stop.wait(BREATH_SECONDS):
        try:
            for run_id, counts in KINDS[kind](warehouse, stop):
                sessions.append((kind, run_id, counts))
        except (duckdb.Error, OSError, ValueError) as error:
            errors.append(f"{kind}: {type(error).__name__}: {error}"[:300])


def _database(warehouse: Path, stop: Event) -> Iterator[tuple[str, Counts]]:
    """Open the database through the link, read all of it, close it."""
    with connect(warehouse / DATABASE, read_only=True) as connection:
        yield _run_id(connection), _counts(connection)


def _held_connection(warehouse: Path, stop: Event) -> Iterator[tuple[str, Counts]]:
    """Keep one connection for all queries, as a BI tool does."""
    with connect(warehouse / DATABASE, read_only=True) as connection:
        while not stop.wait(BREATH_SECONDS):
            yield _run_id(connection), _counts(connection)


def _parquet(warehouse: Path, stop: Event) -> Iterator[tuple[str, Counts]]:
    """Follow the link once, then read the tables of that version."""
    folder = (warehouse / "parquet").resolve()
    counts, run_ids = {}, set()
    with connect() as connection:
        for file in folder.iterdir():
            run_ids.add(run_id_of(file))
            rows = connection.execute(f"select count(*) from '{file}'").fetchall()
            counts[file.stem] = rows[0][0]
    yield ", ".join(sorted(run_ids)), counts


KINDS = {
    "database, opened anew": _database,
    "database, held open": _held_connection,
    "Parquet": _parquet,
}
