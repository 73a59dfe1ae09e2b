"""What a run finds that follows one which was killed, and how it is made good."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb

from extraction_watch.console import say
from extraction_watch.kept_versions import remove_never_in_force
from extraction_watch.publication import ENTRIES, RUN, in_force
from extraction_watch.run_log import read_run, read_runs, record
from extraction_watch.warehouse import LockedError, Warehouse, WarehouseError

DAMAGED = ("not a valid DuckDB", "orrupt", "replaying WAL", "Could not read enough")
"""What DuckDB says of a file that was cut off or written over."""


def recover(warehouse: Warehouse) -> None:
    """Remove what was half done and settle the run log. Needs the lock.

    Nothing that is published changes: what readers find was whole before.
    """
    for path in _left_aside(warehouse):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    _settle_run_log(warehouse)
    remove_never_in_force(warehouse, read_runs(warehouse.run_log))


def _left_aside(warehouse: Warehouse) -> Iterator[Path]:
    """What is written aside before it takes its name."""
    for name in ("current", *ENTRIES, "runs.jsonl", "forgotten.json", "data_docs"):
        yield from warehouse.folder.glob(f".{name}.*")
    for pattern in (".*.json.*", ".*.duckdb.*", ".*.parquet.*"):
        yield from warehouse.work.glob(pattern)
    for pattern in (".building-*", ".removing-*"):
        yield from warehouse.published.glob(pattern)


def _settle_run_log(warehouse: Warehouse) -> None:
    """A run that was killed between its publication and its last word did succeed."""
    current = in_force(warehouse)
    runs = read_runs(warehouse.run_log)
    said = [run.published_run_id for run in runs if run.published_run_id]
    if current is None or current in said[-1:]:
        return
    if current not in said:
        run = read_run(warehouse.published / current / RUN)
        if run:
            record(warehouse.run_log, run)
    elif runs[-1].action == "rollback":
        runs[-1].status, runs[-1].failure = "succeeded", None
        runs[-1].published_run_id = current
        record(warehouse.run_log, runs[-1])


def ready_working_database(warehouse: Warehouse, anew: bool = False) -> None:
    """Leave a working database that can be opened, or none; none where it is wanted
    anew. One that a crash left unreadable is removed: the logs hold all of it.

    Raises LockedError where another process has it open, WarehouseError where it
    cannot be opened for another reason.
    """
    if warehouse.database.exists():
        try:
            duckdb.connect(str(warehouse.database), read_only=True).close()
        except duckdb.Error as error:
            failure = database_error(error)
            is_damaged = any(words in str(error) for words in DAMAGED)
            if isinstance(failure, LockedError) or not (anew or is_damaged):
                raise failure from error
            say(f"the working database is made anew: {failure}", "damaged")
            anew = True
    if anew:
        _remove_working_database(warehouse)
    # The folder stays. Nobody uses them: a build by hand would have held the lock.
    for path in (warehouse.work / "spill").glob("duckdb_temp_*"):
        path.unlink()


def database_error(error: duckdb.Error) -> WarehouseError:
    """Why the working database cannot be opened, in words that say what to do."""
    reason = str(error).splitlines()[0]
    kind = LockedError if "lock on file" in reason else WarehouseError
    advice = (
        "Wait until the build ends that holds it."
        if kind is LockedError
        else "Run a build first; where there was one, run with a full refresh."
    )
    return kind(f"The working database cannot be read: {reason} {advice}")


def _remove_working_database(warehouse: Warehouse) -> None:
    """Remove it with its log of changes; the next build makes it from the logs."""
    for path in (
        warehouse.database,
        warehouse.database.with_name(f"{warehouse.database.name}.wal"),
    ):
        path.unlink(missing_ok=True)
