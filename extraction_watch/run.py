"""A run: build, check, publish. What `make run` does."""

import os
import resource
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extraction_watch import quality_gate
from extraction_watch.console import name_run, say
from extraction_watch.dbt_build import (
    BuildError,
    BuildReport,
    CheckError,
    dbt_environment,
    read_report,
    run_dbt,
)
from extraction_watch.engines import ENGINES
from extraction_watch.inputs import load_sources, take_inventory, unread_notes
from extraction_watch.inputs.forgotten import tombstone_file
from extraction_watch.inputs.inventory import check_format
from extraction_watch.kept_versions import remove_old_versions
from extraction_watch.publication import discard_version, in_force
from extraction_watch.recovery import ready_working_database, recover
from extraction_watch.run_log import Run, read_runs, record, start_run
from extraction_watch.settings import check_settings
from extraction_watch.warehouse import Warehouse


@contextmanager
def at_work(warehouse: Warehouse) -> Iterator[None]:
    """Hold the warehouse alone, in the state in which no run was ever killed."""
    with warehouse.lock():
        recover(warehouse)
        yield


def run(
    logs: Path,
    folder: Path,
    log_format: str = "native",
    engine: str = "duckdb",
    full_refresh: bool = False,
) -> Run:
    """Read the logs, build and test the tables, audit and publish them.

    Raises InputError, BuildError, CheckError or WarehouseError; what was published
    before stays published then, and the run log says why.
    """
    warehouse = Warehouse(folder.resolve())
    warehouse.prepare()
    with at_work(warehouse):
        return run_at_work(warehouse, logs, log_format, engine, full_refresh)


def run_at_work(
    warehouse: Warehouse,
    logs: Path,
    log_format: str = "native",
    engine: str = "duckdb",
    full_refresh: bool = False,
) -> Run:
    """The same, in a warehouse that is held already."""
    with recorded_run(warehouse, engine, full_refresh) as this_run:
        log_folders = checked_logs(warehouse, log_format, logs)
        build_and_publish(warehouse, log_folders, this_run)
    return this_run


def publish(folder: Path, target: Path, engine: str = "duckdb") -> Run:
    """Audit and publish what a plain `dbt build` left in the working database.

    `target` is the folder in which dbt wrote its report of that build.
    """
    warehouse = Warehouse(folder.resolve())
    warehouse.prepare()
    with (
        at_work(warehouse),
        recorded_run(warehouse, engine, action="publish") as this_run,
    ):
        check_settings(os.environ)
        report = read_report(target / "run_results.json")
        _audit_and_publish(warehouse, target, report, this_run)
    return this_run


def build_and_publish(
    warehouse: Warehouse, log_folders: dict[str, str], this_run: Run
) -> None:
    """Build and test the tables from the logs, audit and publish them."""
    this_run.input_formats = ", ".join(sorted(log_folders))
    environment = dbt_environment(warehouse.folder, this_run.engine, log_folders)
    if this_run.engine == "duckdb":
        ready_working_database(warehouse, anew=this_run.is_full_refresh)
    say(f"run {this_run.run_id}: building on {this_run.engine}", "started")
    report = run_dbt(environment, this_run.engine, this_run.is_full_refresh)
    _print_cost(report)
    _audit_and_publish(warehouse, warehouse.target, report, this_run)


def _remove_copies_of_forgotten(warehouse: Warehouse) -> None:
    """Copies of logs hold all accounts: once some are forgotten, none is left lying."""
    if tombstone_file(warehouse.folder).exists():
        shutil.rmtree(warehouse.work / "sanitised", ignore_errors=True)


@contextmanager
def recorded_run(
    warehouse: Warehouse,
    engine: str,
    full_refresh: bool = False,
    action: str = "run",
) -> Iterator[Run]:
    """A run that begins now; writes how it ended into the run log, whatever happens."""
    this_run = start_run(engine, full_refresh, action)
    name_run(this_run.run_id)
    record(warehouse.run_log, this_run)
    try:
        yield this_run
    except BaseException as error:
        this_run.failure = f"{type(error).__name__}: {error}"[:500]
        raise
    finally:
        if this_run.ended_at is None:
            this_run.end()
        _remove_copies_of_forgotten(warehouse)
        record(warehouse.run_log, this_run)


def checked_logs(warehouse: Warehouse, log_format: str, logs: Path) -> dict[str, str]:
    """Folders of all formats of this warehouse, the given one checked and added.

    Raises InputError before anything is built.
    """
    check_settings(os.environ)
    sources = load_sources()
    check_format(log_format, sources)
    folders = warehouse.remembered_logs() | {log_format: str(logs.resolve())}
    paths = {name: Path(folder) for name, folder in folders.items()}
    inventory = take_inventory(paths, warehouse.folder, sources)
    megabytes = sum(file.size for file in inventory.files) / 1e6
    say(
        f"{len(inventory.files)} input files, {megabytes:.0f} MB",
        "input",
        files=len(inventory.files),
        megabytes=round(megabytes, 3),
    )
    for note in unread_notes(inventory, paths):
        say(f"  {note}", "note")
    warehouse.remember_logs(log_format, logs.resolve())
    return folders


def _audit_and_publish(
    warehouse: Warehouse, target: Path, report: BuildReport, this_run: Run
) -> None:
    """Run the remaining checks, then let the tables take the place of the last ones."""
    this_run.checks = f"{report.tests} dbt tests passed, {report.warnings} warned"
    this_run.checks_by = "dbt"
    say(f"auditing: {this_run.checks}", "audit")
    engine = ENGINES[this_run.engine](warehouse)
    if engine.invocation_id() not in (None, report.invocation_id):
        raise BuildError(
            "The tables are not those of the build that is reported: a later dbt "
            "command opened the database, and may have ended half-way. Run `dbt build`."
        )
    for name, value in engine.input_counts().items():
        setattr(this_run, name, value)
    critical = engine.wrecked_days()
    if engine.quality_database is not None and quality_gate.is_available():
        gate = quality_gate.run_quality_gate(
            engine.quality_database, warehouse.data_docs
        )
        this_run.checks += f"; {gate.checks} expectations, {len(gate.failures)} failed"
        this_run.checks_by = "dbt, great_expectations"
        for failure in gate.failures:
            say(f"  {failure.message}", "check", severity=failure.severity)
        critical += [failure.message for failure in gate.critical_failures]
    if critical:
        raise CheckError(
            "Nothing was published, the last published state stays. "
            + "; ".join(critical[:5])
        )
    run_id = this_run.run_id
    this_run.status, this_run.failure, this_run.is_published = "succeeded", None, True
    this_run.published_run_id = run_id
    this_run.end()
    try:
        version = engine.publish(
            target, [*_earlier_runs(warehouse, this_run), this_run]
        )
    except BaseException:
        if in_force(warehouse) != run_id:
            this_run.status, this_run.is_published = "failed", False
            this_run.published_run_id = None
            discard_version(warehouse, run_id)
        raise
    say(f"published {version}", "published", version=run_id)
    remove_old_versions(
        warehouse,
        [*_earlier_runs(warehouse, this_run), this_run],
        engine.kept_publications(),
    )


def _print_cost(report: BuildReport) -> None:
    """Print what the build took: its slowest steps, and the most memory held."""
    slowest = sorted(report.seconds.items(), key=lambda step: -step[1])[:5]
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest)
    # ru_maxrss counts kilobytes on Linux and bytes on macOS
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    say(
        f"slowest steps: {steps}; peak memory {peak / 1e9:.1f} GB",
        "built",
        peak_bytes=peak,
    )


def _earlier_runs(warehouse: Warehouse, this_run: Run) -> list[Run]:
    """The runs before this one."""
    return [r for r in read_runs(warehouse.run_log) if r.run_id != this_run.run_id]
