"""A run: build, check, publish. What `make run` does."""

import os
import resource
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extraction_watch import quality_gate
from extraction_watch.dbt_build import (
    BuildReport,
    dbt_environment,
    read_report,
    run_dbt,
)
from extraction_watch.engines import ENGINES
from extraction_watch.inputs import load_sources, take_inventory, unread_notes
from extraction_watch.inputs.forgotten import tombstone_file
from extraction_watch.inputs.inventory import check_format
from extraction_watch.run_log import Run, read_runs, record, start_run
from extraction_watch.settings import check_settings
from extraction_watch.warehouse import Warehouse


class CheckError(Exception):
    """A check failed, so nothing was published; the message says which."""


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
    with warehouse.lock(), recorded_run(warehouse, engine, full_refresh) as this_run:
        log_folders = checked_logs(warehouse, log_format, logs)
        build_and_publish(warehouse, log_folders, this_run)
    return this_run


def publish(folder: Path, target: Path, engine: str = "duckdb") -> Run:
    """Audit and publish what a plain `dbt build` left in the working database.

    `target` is the folder in which dbt wrote its report of that build.
    """
    warehouse = Warehouse(folder.resolve())
    warehouse.prepare()
    with warehouse.lock(), recorded_run(warehouse, engine) as this_run:
        report = read_report(target / "run_results.json")
        _audit_and_publish(warehouse, target, report, this_run)
    return this_run


def build_and_publish(
    warehouse: Warehouse, log_folders: dict[str, str], this_run: Run
) -> None:
    """Build and test the tables from the logs, audit and publish them."""
    this_run.input_formats = ", ".join(sorted(log_folders))
    environment = dbt_environment(warehouse.folder, this_run.engine, log_folders)
    print(f"run {this_run.run_id}: building on {this_run.engine}", flush=True)
    report = run_dbt(environment, this_run.engine, this_run.is_full_refresh)
    _print_cost(report)
    _audit_and_publish(warehouse, warehouse.target, report, this_run)


def _remove_copies_of_forgotten(warehouse: Warehouse) -> None:
    """Copies of logs hold all accounts: once some are forgotten, none is left lying."""
    if tombstone_file(warehouse.folder).exists():
        shutil.rmtree(warehouse.work / "sanitised", ignore_errors=True)


@contextmanager
def recorded_run(
    warehouse: Warehouse, engine: str, full_refresh: bool = False
) -> Iterator[Run]:
    """A run that begins now; writes how it ended into the run log, whatever happens."""
    this_run = start_run(engine, full_refresh)
    record(warehouse.run_log, this_run)
    try:
        yield this_run
    except Exception as error:
        this_run.failure = f"{type(error).__name__}: {error}"[:500]
        raise
    finally:
        if this_run.ended_at is None:
            this_run.end()
        record(warehouse.run_log, this_run)
        _remove_copies_of_forgotten(warehouse)


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
    print(f"{len(inventory.files)} input files, {megabytes:.0f} MB", flush=True)
    for note in unread_notes(inventory, paths):
        print(f"  {note}", flush=True)
    warehouse.remember_logs(log_format, logs.resolve())
    return folders


def _audit_and_publish(
    warehouse: Warehouse, target: Path, report: BuildReport, this_run: Run
) -> None:
    """Run the remaining checks, then let the tables take the place of the last ones."""
    this_run.checks = f"{report.tests} dbt tests passed, {report.warnings} warned"
    this_run.checks_by = "dbt"
    engine = ENGINES[this_run.engine](warehouse)
    for name, value in engine.input_counts().items():
        setattr(this_run, name, value)
    if engine.quality_database is not None and quality_gate.is_available():
        gate = quality_gate.run_quality_gate(
            engine.quality_database, warehouse.data_docs
        )
        this_run.checks += f"; {gate.checks} expectations, {len(gate.failures)} failed"
        this_run.checks_by = "dbt, great_expectations"
        for failure in gate.failures:
            print(f"  {failure.message}", flush=True)
        if not gate.passed:
            critical = [f.message for f in gate.failures if f.severity == "critical"]
            raise CheckError(
                "Nothing was published, the last published state stays. "
                + "; ".join(critical[:5])
            )
    this_run.status, this_run.failure, this_run.is_published = "succeeded", None, True
    this_run.end()
    try:
        version = engine.publish(
            target, [*_earlier_runs(warehouse, this_run), this_run]
        )
    except BaseException:
        this_run.status, this_run.is_published = "failed", False
        raise
    print(f"published {version}", flush=True)


def _print_cost(report: BuildReport) -> None:
    """Print what the build took: its slowest steps, and the most memory held."""
    slowest = sorted(report.seconds.items(), key=lambda step: -step[1])[:5]
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest)
    # ru_maxrss counts kilobytes on Linux and bytes on macOS
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    print(f"slowest steps: {steps}; peak memory {peak / 1e9:.1f} GB", flush=True)


def _earlier_runs(warehouse: Warehouse, this_run: Run) -> list[Run]:
    """The runs before this one."""
    return [r for r in read_runs(warehouse.run_log) if r.run_id != this_run.run_id]
