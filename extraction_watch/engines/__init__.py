"""What differs between the engines outside of dbt: counting and publishing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from extraction_watch.run_log import Run
from extraction_watch.warehouse import Warehouse


class Engine(Protocol):
    """An engine's side of audit and publication for one warehouse."""

    @property
    def quality_database(self) -> Path | None:
        """DuckDB file that the quality gate reads; None where there is no gate."""

    def invocation_id(self) -> str | None:
        """The dbt command that opened the tables last; None where that is not known."""

    def kept_publications(self) -> int:
        """How many versions besides the current one the last build wants kept."""

    def input_counts(self) -> dict[str, Any]:
        """Fields of `Run` that the last build knows: rows by outcome, prior."""

    def wrecked_days(self) -> list[str]:
        """What is wrong with the days because of which nothing may be published, and
        how to publish all the same; in words, one text a day."""

    def publish(self, target: Path, runs: list[Run]) -> Path:
        """Publish the last build as the version of the last run; returns its folder."""


def outcome_counts(
    read: int, malformed: int, conflicting: int, duplicate: int, prior: float
) -> dict[str, Any]:
    """Fields of `Run` from the sums of `row_days` and the prior."""
    rejected = malformed + conflicting
    return {
        "rows_read": read,
        "rows_accepted": read - rejected - duplicate,
        "rows_duplicate": duplicate,
        "rows_rejected": rejected,
        "prior_log_odds": prior,
    }


def wrecked_day(day: date, reason: str) -> str:
    """What is told of a day that stops a publication.

    >>> wrecked_day(date(2026, 3, 2), "60% of the rows were rejected")
    '2026-03-02: 60% of the rows were rejected. Repair the input and run again; to publish it as it is, set EXTRACTION_WATCH_ACCEPTED_DAYS=2026-03-02 or the var accepted_days'
    """  # noqa: E501
    return (
        f"{day}: {reason}. Repair the input and run again; to publish it as it is, "
        f"set EXTRACTION_WATCH_ACCEPTED_DAYS={day} or the var accepted_days"
    )


def _duckdb(warehouse: Warehouse) -> Engine:
    from extraction_watch.engines.duckdb_engine import DuckdbEngine

    return DuckdbEngine(warehouse)


def _spark(warehouse: Warehouse) -> Engine:
    from extraction_watch.engines.spark_engine import SparkEngine

    return SparkEngine(warehouse)


ENGINES: dict[str, Callable[[Warehouse], Engine]] = {"duckdb": _duckdb, "spark": _spark}
