"""Rolling back: an older published version is in force again."""

from pathlib import Path

import duckdb

from extraction_watch.console import say
from extraction_watch.inputs import InputError
from extraction_watch.kept_versions import kept_versions, may_return, withdrawn
from extraction_watch.publication import DATABASE, RUN, in_force, put_in_force
from extraction_watch.quiet_connection import connect
from extraction_watch.run import at_work, recorded_run
from extraction_watch.run_log import Run, read_run, read_runs
from extraction_watch.warehouse import Warehouse, WarehouseError


def roll_back(folder: Path, to: str | None = None) -> Run:
    """Put an older version in force, by default the last one before the current.

    The working state stays as it is: the next run publishes on top. Raises InputError,
    which lists what is there, for a version that is not, and WarehouseError for one
    that cannot be read.
    """
    warehouse = Warehouse(folder.resolve())
    if not warehouse.published.is_dir():
        raise WarehouseError(f"Nothing is published in {folder}. Check the path.")
    warehouse.prepare()
    with at_work(warehouse):
        version = _chosen(warehouse, to)
        made_by = read_run(version / RUN)
        engine = made_by.engine if made_by else "duckdb"
        with recorded_run(warehouse, engine, action="rollback") as this_run:
            _check_readable(version)
            put_in_force(warehouse, version)
            this_run.status, this_run.failure = "succeeded", None
            this_run.published_run_id = version.name
            say(f"rolled back to {version}", "rolled_back", version=version.name)
    return this_run


def _chosen(warehouse: Warehouse, to: str | None) -> Path:
    """The version of this id; without one, the last before the current that nobody
    rolled back from."""
    runs = read_runs(warehouse.run_log)
    current = in_force(warehouse) or ""
    versions = [
        one for one in kept_versions(warehouse, runs) if may_return(warehouse, one)
    ]
    if to is None:
        made = {run.run_id: place for place, run in enumerate(runs)}
        wanted = [
            one
            for one in versions
            if made.get(one.name, -1) < made.get(current, 0)
            and one.name not in withdrawn(runs)
        ]
    else:
        wanted = [one for one in versions if one.name == to]
    if wanted:
        return wanted[-1]
    asked = f"no published version {to}" if to else "no version before the current one"
    kept = ", ".join(
        f"{one.name} (rolled back from)" if one.name in withdrawn(runs) else one.name
        for one in reversed(versions)
    )
    raise InputError(
        f"There is {asked} to roll back to. In force: {current or 'none'}; kept: "
        f"{kept or 'none'}. The var kept_publications says how many are kept; what was "
        "published before an account was forgotten does not come back."
    )


def _check_readable(version: Path) -> None:
    """Raise WarehouseError unless the version opens."""
    database = version / DATABASE
    if not database.exists():  # made by Spark
        return
    try:
        with connect(database, read_only=True) as connection:
            connection.execute("select count(*) from runs").fetchall()
    except duckdb.Error as error:
        raise WarehouseError(
            f"{database} cannot be read: {str(error).splitlines()[0]} Roll back to "
            "another version."
        ) from error
