"""What the suites need to know about the run that they check."""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from extraction_watch.quality_gate.results import QualityGateError
from extraction_watch.quiet_connection import connect


def utc_now() -> datetime:
    """The present moment, UTC, without zone, as the tables hold times."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class GateSettings:
    """Values of the run's dbt vars of the same names, and the time to judge by.

    `prior_log_odds` are those of the var `assumed_base_rate`. `rejected_share_stop` is
    the share of rejected input rows above which nothing is published; above
    `rejected_share_max` it warns. `implausible_share_max` is the share of input rows
    whose numbers or times may be implausible before that stops publication, and
    `implausible_rows_min` how many they must be at least. `checked_at` is in UTC
    without zone.
    """

    prior_log_odds: float
    enforcing_families_min: int
    rejected_share_max: float
    rejected_share_stop: float
    implausible_share_max: float
    implausible_rows_min: int
    checked_at: datetime = field(default_factory=utc_now)


def read_settings(database: Path) -> GateSettings:
    """The settings of the build that made this DuckDB file, from `run_parameters`.

    Raises QualityGateError when the file is not there or cannot be read.
    """
    if not database.is_file():
        raise QualityGateError(f"There is no database {database}.")
    names = [one.name for one in fields(GateSettings) if one.name != "checked_at"]
    try:
        with connect(database, read_only=True) as connection:
            row = connection.execute(
                f"select {', '.join(names)} from run_parameters"
            ).fetchall()[0]
    except duckdb.Error as error:
        raise QualityGateError(
            f"The database {database} cannot be opened for reading: {error}"
        ) from error
    return GateSettings(*row)
