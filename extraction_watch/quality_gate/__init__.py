"""The Great Expectations gate: is what a run built fit to be published?

`run_quality_gate` checks the raw input and every table that is to be published, and
writes pages that say in plain words what was checked and what was found. Great
Expectations is an optional extra: it is imported when the gate runs, not before.
"""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from extraction_watch.quality_gate.results import (
    Check,
    Failure,
    GateResult,
    QualityGateError,
    TableResult,
)
from extraction_watch.quality_gate.settings import GateSettings, read_settings

__all__ = [
    "Check",
    "Failure",
    "GateResult",
    "GateSettings",
    "QualityGateError",
    "TableResult",
    "is_available",
    "run_quality_gate",
]

NEEDED_MODULES = ("great_expectations", "duckdb_sqlalchemy")


def is_available() -> bool:
    """Whether the optional extra is installed. Imports nothing."""
    return all(find_spec(module) is not None for module in NEEDED_MODULES)


def run_quality_gate(
    database: Path, data_docs: Path, settings: GateSettings | None = None
) -> GateResult:
    """Check every table of `database` and write the pages into the folder `data_docs`.

    Without `settings` those of the build that made the database hold.
    The DuckDB file is opened read-only and is closed again on return: no other
    connection of this process may hold it open for writing. The folder is replaced
    as a whole, whatever the outcome.

    Raises QualityGateError when the extra is not installed, the database is not there
    or cannot be opened, or `data_docs` holds something else than such pages.
    """
    if not is_available():
        raise QualityGateError(
            "The Great Expectations gate needs the packages great-expectations and "
            "duckdb-sqlalchemy, which are not installed."
        )
    from extraction_watch.quality_gate.data_docs import publish_data_docs
    from extraction_watch.quality_gate.days import newest_days
    from extraction_watch.quality_gate.gate import check_database
    from extraction_watch.quality_gate.suites import all_suites

    settings = settings or read_settings(database)
    result = check_database(database, all_suites(settings), settings.checked_at)
    result = replace(result, days=newest_days(database))
    publish_data_docs(result, data_docs)
    return result
