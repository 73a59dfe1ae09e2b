"""The shape of a suite."""

from dataclasses import dataclass

from great_expectations.expectations.expectation import Expectation

RISK_BANDS = ("minimal", "low", "medium", "high", "critical")
QUALITY_VERDICTS = ("ok", "degraded")


@dataclass(frozen=True)
class Suite:
    """What is expected of one table; `purpose` says in a sentence what it holds."""

    table: str
    purpose: str
    expectations: tuple[Expectation, ...]
