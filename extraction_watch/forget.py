"""Forgetting accounts: out of every table and file of the warehouse, for good."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from extraction_watch.console import say
from extraction_watch.inputs import (
    InputError,
    Inventory,
    configured_folders,
    load_sources,
    take_inventory,
)
from extraction_watch.inputs.forgotten import cluster_named_after, forget_accounts
from extraction_watch.inputs.hash_cache import write_atomically
from extraction_watch.mentions import files_with, without_mentions
from extraction_watch.publication import remove_version
from extraction_watch.quiet_connection import connect
from extraction_watch.recovery import ready_working_database
from extraction_watch.run import at_work, build_and_publish, recorded_run
from extraction_watch.run_log import Run, read_runs
from extraction_watch.settings import check_settings
from extraction_watch.warehouse import Warehouse, WarehouseError

REBUILT = ("links", "sanitised", "spill", "counts", "spark", "target", "logs")
"""Below `work`: what every run makes anew."""
TELLING_CHARACTERS_MIN = 6
"""A shorter id may be any number or word that stands somewhere."""


def forget(folder: Path, accounts: Sequence[str], engine: str | None = None) -> Run:
    """Remove accounts from the warehouse and keep them out; LOGS stay as they are.

    Their tombstones are written first, so that a run that is cut off is made good by
    the next. Prints the files of the logs that still hold them. `engine` is the one of
    the last run unless it is given. Raises InputError without a pepper or logs,
    WarehouseError where something is left, and what a run raises.
    """
    _check_ids(accounts)
    check_settings(os.environ)
    warehouse = Warehouse(folder.resolve())
    if not warehouse.work.is_dir():
        raise WarehouseError(f"There is no warehouse {folder}. Check the path.")
    warehouse.prepare()
    with at_work(warehouse):
        runs = read_runs(warehouse.run_log)
        engine = engine or (runs[-1].engine if runs else "duckdb")
        inventory, log_folders = _inventory(warehouse)
        ready_working_database(warehouse)
        forget_accounts(warehouse.folder, accounts)
        known = _erase(warehouse, accounts)
        with recorded_run(warehouse, engine, action="forget") as this_run:
            build_and_publish(warehouse, log_folders, this_run)
        _remove_other_versions(warehouse)
        _say_who_was_unknown(inventory, accounts, known)
        _say_what_is_left(warehouse, inventory, accounts)
    return this_run


def _check_ids(accounts: Sequence[str]) -> None:
    """Raise InputError for what no account can have as its id."""
    for account in accounts:
        if not account:
            raise InputError("Say which account to forget: ACCOUNT=<id>.")
        try:
            account.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(
                f"The id {account} is no text in UTF-8. Give it as the tables show it."
            ) from error


def _traces(accounts: Sequence[str]) -> list[str]:
    """The ids, and those of clusters that are named after them."""
    return [*accounts, *map(cluster_named_after, accounts)]


def _inventory(warehouse: Warehouse) -> tuple[Inventory, dict[str, str]]:
    """The files of the logs and their folders, as the runs know them."""
    sources = load_sources()
    by_environment = configured_folders(os.environ, sources)
    folders = {name: Path(path) for name, path in warehouse.remembered_logs().items()}
    folders |= by_environment
    if not folders:
        raise InputError(
            "No folder of logs is known, from which the tables are built anew. Set "
            "EXTRACTION_WATCH_<FORMAT>_LOGS."
        )
    inventory = take_inventory(folders, warehouse.folder, sources)
    return inventory, {name: str(path) for name, path in folders.items()}


def _erase(warehouse: Warehouse, accounts: Sequence[str]) -> set[str]:
    """Take the accounts out of all that the next build does not make anew; those of
    which requests were there."""
    traces = _traces(accounts)
    known: set[str] = set()
    for name in REBUILT:
        shutil.rmtree(warehouse.work / name, ignore_errors=True)
    shutil.rmtree(warehouse.data_docs, ignore_errors=True)
    for database in warehouse.work.glob("*.duckdb"):
        known |= _keep_staged_requests(database, accounts)
    for table in warehouse.work.glob("*.parquet"):
        _rewrite_parquet(table, traces)
    if warehouse.run_log.exists():
        lines = warehouse.run_log.read_text("utf-8").splitlines()
        shown = "".join(f"{_without_mentions(line, traces)}\n" for line in lines)
        write_atomically(warehouse.run_log, shown.encode("utf-8"))
    warehouse.prepare()
    return known


def _keep_staged_requests(database: Path, accounts: Sequence[str]) -> set[str]:
    """Write the database anew, with nothing but the staged requests of the others; the
    accounts that had some.

    All other tables are built from these. What is only deleted would stay in the free
    blocks of the file, and in its log.
    """
    aside = database.with_name(f".{database.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    known: set[str] = set()
    staged = {source.main_table.staging_model for source in load_sources().values()}
    with connect(database) as connection:
        connection.execute(f"attach {_text(str(aside))} as fresh")
        tables = connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = current_database() and schema_name = 'main'"
        ).fetchall()
        for (table,) in tables:
            if table in staged:
                found = connection.execute(
                    f"select distinct account_id from main.{table} "
                    "where list_contains(?, account_id)",
                    [list(accounts)],
                ).fetchall()
                known |= {account for (account,) in found}
                connection.execute(
                    f"create table fresh.main.{table} as from main.{table} "
                    "where account_id is null or not list_contains(?, account_id)",
                    [list(accounts)],
                )
        connection.execute("detach fresh")
        connection.execute("force checkpoint")
    aside.chmod(0o600)
    os.replace(aside, database)
    return known


def _rewrite_parquet(path: Path, traces: Sequence[str]) -> None:
    """Leave out the rows in which a column is one of the ids."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with connect() as connection:
        relation = f"read_parquet([{_text(str(path))}])"
        columns = connection.execute(f"describe from {relation}").fetchall()
        texts = [name for name, kind, *_ in columns if kind == "VARCHAR"]
        if not texts:
            return
        values = ", ".join('"' + name.replace('"', '""') + '"' for name in texts)
        connection.execute(
            f"copy (from {relation} where not list_has_any([{values}], ?)) "
            f"to {_text(str(aside))} (format parquet, compression zstd)",
            [list(traces)],
        )
    aside.chmod(0o600)
    os.replace(aside, path)


def _without_mentions(line: str, traces: Sequence[str]) -> str:
    """A line of the run log, which names none of the ids as a reason; nothing of one
    that was cut off."""
    try:
        run = json.loads(line)
    except ValueError:
        return ""
    if run.get("failure"):
        run["failure"] = without_mentions(run["failure"], traces)
    return json.dumps(run, sort_keys=True)


def _remove_other_versions(warehouse: Warehouse) -> None:
    """Remove all published versions but the current one."""
    current = warehouse.current.resolve()
    for version in warehouse.published.iterdir():
        if version.resolve() != current:
            remove_version(version)


def _say_who_was_unknown(
    inventory: Inventory, accounts: Sequence[str], known: set[str]
) -> None:
    """An id that is written wrong would be taken for one that is forgotten. Told by
    its place: what is said may be kept in a log."""
    logs = [file.absolute_path for file in inventory.files]
    for place, account in enumerate(accounts, start=1):
        if account not in known and not files_with([account], logs):
            say(
                f"account {place} of {len(accounts)} is nowhere in tables or logs: is "
                "its id right? Its tombstone stays, in case that rows of it come"
            )


def _say_what_is_left(
    warehouse: Warehouse, inventory: Inventory, accounts: Sequence[str]
) -> None:
    """Print the files of the logs that hold the accounts.

    Raises WarehouseError where a file of the warehouse still does.
    """
    logs = files_with(
        accounts, sorted({file.absolute_path for file in inventory.files})
    )
    if logs:
        say("These files of your logs still hold them. They are not touched:")
        for path in logs:
            say(f"  {path}", "still_holds")
    ours = (
        path
        for path in sorted(warehouse.folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    )
    short = [one for one in accounts if len(one) < TELLING_CHARACTERS_MIN]
    telling = [one for one in _traces(accounts) if one not in short]
    left = files_with(telling, ours)
    if left:
        raise WarehouseError(
            "The account is forgotten, but its id stands in these files. Is a file of "
            "the logs named after it, or is it an organization or a common word too? "
            + ", ".join(map(str, left))
        )
    say(f"forgotten: {len(accounts)}; nothing in {warehouse.folder} holds their ids")
    if short:
        say(
            f"Ids of less than {TELLING_CHARACTERS_MIN} characters stand for anything: "
            "they were removed and not searched for."
        )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
