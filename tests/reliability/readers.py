"""Ten readers that query throughout twenty publications."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.managers import ListProxy
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb

from extraction_watch.quiet_connection import connect
from extraction_watch.warehouse import Warehouse
from tests.reliability.published import DATABASE, run_id_of
from tests.reliability.scene import WHOLE_COMMAND, Scene, command, succeed

READERS = 10
PUBLICATIONS = 20
REAL_RUN_EVERY = 7
"""Every seventh publication is a whole run with all of its checks; the others publish
changed tables."""
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
    published: int = 0
    real_runs: int = 0
    errors: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.errors and not self.mixed and len(self.sessions) == len(KINDS)


def watched_publications(scene: Scene) -> Reading:
    """Publish twenty times while ten processes read, then judge what they saw."""
    warehouse = scene.copy("watched")
    reading = Reading()
    known = {_current(warehouse): _counts_of(warehouse)}
    with _readers(warehouse, reading) as sessions:
        for number in range(1, PUBLICATIONS + 1):
            if number % REAL_RUN_EVERY == 0:
                succeed(command(*scene.arguments(warehouse), module=WHOLE_COMMAND))
                reading.real_runs += 1
            else:
                _grow(Warehouse(warehouse), number)
                _publish(warehouse)
            known[_current(warehouse)] = _counts_of(warehouse)
            reading.published += 1
    for kind, run_id, counts in sessions:
        reading.sessions[kind] = reading.sessions.get(kind, 0) + 1
        reading.queries[kind] = reading.queries.get(kind, 0) + len(counts)
        reading.versions.add(run_id)
        if known.get(run_id) != counts:
            reading.mixed.append(f"{kind}: {run_id} with {counts}")
    return reading


def _publish(warehouse: Path) -> None:
    target = Warehouse(warehouse).target
    again = ("publish", "--warehouse", str(warehouse), "--target", str(target))
    succeed(command(*again))


def _grow(warehouse: Warehouse, rows: int) -> None:
    """Add empty rows to every table, so that its version is told by their number."""
    with connect(warehouse.database) as connection:
        for name in _counts_of(warehouse.folder):
            if name != "runs":
                connection.execute(
                    f"create or replace table {name} as from {name} "
                    f"union all by name select null as {_column(connection, name)} "
                    f"from range({rows})"
                )


def _column(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    return str(connection.execute(f"describe {table}").fetchall()[0][0])


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
