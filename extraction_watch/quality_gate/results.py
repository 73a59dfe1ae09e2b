"""What the gate found, free of Great Expectations' own types."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

Severity = Literal["critical", "warning"]
Outcome = Literal["passed", "tolerated", "warning", "failed"]


class QualityGateError(Exception):
    """The gate could not be run; the message says why and what to do."""


@dataclass(frozen=True)
class Failure:
    """An expectation that the data does not meet.

    `column` is empty for an expectation about the table as a whole and lists several
    columns with commas. `unexpected_count` is null when the expectation could not be
    evaluated or does not count rows.
    """

    table: str
    column: str
    expectation: str
    severity: Severity
    unexpected_count: int | None
    message: str


@dataclass(frozen=True)
class Check:
    """One expectation with its result; `sentence` says it in plain words.

    `rows` are those that it looked at, `unexpected_count` those that do not meet it
    (null: not counted). `error` is null when it could be evaluated.
    """

    table: str
    column: str
    expectation: str
    severity: Severity
    sentence: str
    is_met: bool
    rows: int | None
    unexpected_count: int | None
    error: str | None

    @property
    def outcome(self) -> Outcome:
        """How it ended; `tolerated` when met although some rows are off."""
        if not self.is_met:
            return "warning" if self.severity == "warning" else "failed"
        return "tolerated" if self.unexpected_count else "passed"

    @property
    def failure(self) -> Failure | None:
        """The failure to report, None when the expectation is met.

        >>> check = Check("accounts", "risk_score", "expect_x", "critical", "Fine.",
        ...               False, 9, 3, None)
        >>> check.failure.message
        'accounts.risk_score: expect_x failed for 3 rows (critical): Fine.'
        """
        if self.is_met:
            return None
        place = f"{self.table}.{self.column}" if self.column else self.table
        if self.error is not None:
            what = f"could not be evaluated ({self.severity}): {self.error}"
        elif self.unexpected_count is None:
            what = f"failed on {counted(self.rows or 0)} ({self.severity})"
            what += f": {self.sentence}"
        else:
            what = f"failed for {counted(self.unexpected_count)} ({self.severity})"
            what += f": {self.sentence}"
        return Failure(
            table=self.table,
            column=self.column,
            expectation=self.expectation,
            severity=self.severity,
            unexpected_count=self.unexpected_count,
            message=f"{place}: {self.expectation} {what}",
        )


@dataclass(frozen=True)
class TableResult:
    """The checks of one table; `rows` is null when the table cannot be read."""

    table: str
    purpose: str
    rows: int | None
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What is not met, critical first, then in the order of the checks."""
        found = [check.failure for check in self.checks if check.failure is not None]
        return tuple(sorted(found, key=lambda failure: failure.severity != "critical"))


@dataclass(frozen=True)
class Day:
    """A day of input as quality_days judges it; `reason` is null on a good one."""

    day: date
    rows: int
    is_degraded: bool
    stops: bool
    reason: str | None

    @property
    def outcome(self) -> Outcome:
        """In the words of a check."""
        if self.stops:
            return "failed"
        return "warning" if self.is_degraded else "passed"


@dataclass(frozen=True)
class GateResult:
    """What the gate found. `checked_at` is in UTC without zone; `days` are the newest
    of the log, newest first."""

    database: Path
    checked_at: datetime
    tables: tuple[TableResult, ...]
    days: tuple[Day, ...] = ()

    @property
    def checks(self) -> int:
        """Number of expectations that were checked."""
        return sum(len(table.checks) for table in self.tables)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What is not met, critical first, then in the order of the tables."""
        found = [failure for table in self.tables for failure in table.failures]
        return tuple(sorted(found, key=lambda failure: failure.severity != "critical"))

    @property
    def critical_failures(self) -> tuple[Failure, ...]:
        """The failures that stop publication."""
        return tuple(item for item in self.failures if item.severity == "critical")

    @property
    def warnings(self) -> tuple[Failure, ...]:
        """The failures that do not."""
        return tuple(item for item in self.failures if item.severity == "warning")

    @property
    def passed(self) -> bool:
        """Whether the tables may be published: no critical failure."""
        return not self.critical_failures


def counted(number: int, thing: str = "row") -> str:
    """A number of things in words: 1 row, 1,200 rows."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
