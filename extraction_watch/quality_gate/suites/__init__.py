"""What is expected of the raw input and of each published table."""

from extraction_watch.quality_gate.settings import GateSettings
from extraction_watch.quality_gate.suites.days import day_suites
from extraction_watch.quality_gate.suites.entities import entity_suites
from extraction_watch.quality_gate.suites.findings import finding_suites
from extraction_watch.quality_gate.suites.operations import operation_suites
from extraction_watch.quality_gate.suites.raw_input import (
    raw_input_suite,
    side_input_suites,
)
from extraction_watch.quality_gate.suites.suite import Suite

__all__ = ["Suite", "all_suites"]


def all_suites(settings: GateSettings) -> tuple[Suite, ...]:
    """The suites of the raw input, then one per published table."""
    return (
        raw_input_suite(settings),
        *side_input_suites(settings),
        *entity_suites(settings),
        *finding_suites(),
        *day_suites(settings),
        *operation_suites(),
    )
