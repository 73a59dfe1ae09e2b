"""The rows as they were read from the input files, before anything is derived."""

from datetime import datetime, timedelta

from great_expectations.expectations.row_conditions import Column

from extraction_watch.quality_gate.expectations import (
    Tolerance,
    between,
    filled,
    not_above,
    not_blank,
    rarely,
    row_count,
    satisfies,
)
from extraction_watch.quality_gate.settings import GateSettings
from extraction_watch.quality_gate.suites.suite import Suite

REQUIRED_COLUMNS = ("request_id", "account_id", "model", "requested_at")
REQUIRED_TEXTS = ("request_id", "account_id", "model")
COUNTS = (
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "latency_ms",
)
SIDE_INPUTS = (
    ("accounts", "who the accounts are", ("account_id",)),
    (
        "enforcement_events",
        "what was done about accounts",
        ("account_id", "occurred_at", "action"),
    ),
    ("model_releases", "when models came out", ("model", "released_at")),
    (
        "suppressions",
        "what is shown and not alerted",
        ("entity_type", "entity_id"),
    ),
    ("usage_totals", "what the provider metered", ("usage_date", "requests")),
    (
        "verdicts",
        "what analysts decided",
        ("entity_type", "entity_id", "verdict"),
    ),
)
EARLIEST_REQUEST = datetime(2015, 1, 1)
CLOCK_TOLERANCE = timedelta(days=1)


def raw_input_suite(settings: GateSettings) -> Suite:
    """Single odd rows are tolerated, so that one bad line stops no publication.

    What a client is free to send (its limit of tokens, its temperature) only warns: it
    must not be able to stop one.
    """
    is_valid = Column("rejection_reason").is_null()
    odd = Tolerance(settings.implausible_share_max, settings.implausible_rows_min)
    latest = (settings.checked_at + CLOCK_TOLERANCE).replace(microsecond=0)
    return Suite(
        table="staged_requests",
        purpose="The raw input: one row per line or record of the request logs.",
        expectations=(
            row_count(1),
            rarely(
                "rejection_reason",
                settings.rejected_share_stop,
                "critical",
                f"At most {settings.rejected_share_stop:.0%} of the input rows are"
                " rejected as unusable. More means that the log is not what it should"
                " be, for example in another format.",
            ),
            rarely(
                "rejection_reason",
                settings.rejected_share_max,
                "warning",
                f"At most {settings.rejected_share_max:.0%} of the input rows are"
                " rejected as unusable.",
            ),
            satisfies(
                "rejected_column",
                "rejection_reason is null or rejected_column is not null",
                "Every rejected row names the column at fault.",
            ),
            *(
                filled(
                    column,
                    where=is_valid,
                    sentence=f"Every usable row has a value for {column}.",
                )
                for column in (*REQUIRED_COLUMNS, "content_hash")
            ),
            *(not_blank(column, where=is_valid) for column in REQUIRED_TEXTS),
            filled("file_id"),
            between(
                "requested_at",
                EARLIEST_REQUEST,
                latest,
                tolerated=odd,
                where=is_valid,
                sentence=(
                    f"Requests were made after {EARLIEST_REQUEST:%Y} began and not in"
                    " the future (one day is allowed for clocks)."
                ),
            ),
            *(between(column, 0, tolerated=odd, where=is_valid) for column in COUNTS),
            between("message_count", 1, tolerated=odd, where=is_valid),
            between("status_code", 100, 599, tolerated=odd, where=is_valid),
            satisfies(
                "sample_weight",
                "rejection_reason is not null"
                " or (sample_weight > 0 and isfinite(sample_weight))",
                "Every sample_weight is a positive number.",
            ),
            between("max_output_tokens", 0, severity="warning"),
            between("temperature", 0, 2, severity="warning"),
            not_above("reasoning_tokens", "output_tokens", "warning", odd),
        ),
    )


def side_input_suites(settings: GateSettings) -> tuple[Suite, ...]:
    """One suite for each table that may lie beside the request logs."""
    return tuple(
        _side_input(settings, table, purpose, required)
        for table, purpose, required in SIDE_INPUTS
    )


def _side_input(
    settings: GateSettings, table: str, purpose: str, required: tuple[str, ...]
) -> Suite:
    return Suite(
        table=f"stg_native__{table}",
        purpose=f"Optional input {table}: {purpose}.",
        expectations=(
            row_count(0),
            rarely(
                "rejection_reason",
                settings.rejected_share_max,
                "warning",
                f"At most {settings.rejected_share_max:.0%} of the rows are rejected as"
                " unusable. The run goes on without them; they stand in"
                " requests_rejected.",
            ),
            satisfies(
                "rejected_column",
                "rejection_reason is null or rejected_column is not null",
                "Every rejected row names the column at fault.",
            ),
            *(
                filled(
                    column,
                    where=Column("rejection_reason").is_null(),
                    sentence=f"Every usable row has a value for {column}.",
                )
                for column in required
            ),
            filled("file_id"),
        ),
    )
