"""What became of rows and runs."""

from extraction_watch.quality_gate.expectations import (
    between,
    filled,
    matches,
    not_above,
    one_of,
    row_count,
    satisfies,
    text_at_most,
    unique,
)
from extraction_watch.quality_gate.suites.suite import Suite

EXCERPT_CHARACTERS = 80


def operation_suites() -> tuple[Suite, ...]:
    """One suite for each of requests_rejected and runs."""
    return (_requests_rejected(), _runs())


def _requests_rejected() -> Suite:
    return Suite(
        table="requests_rejected",
        purpose="One row per input row that could not be used, with the reason.",
        expectations=(
            row_count(0),
            filled("log_format"),
            filled("input_table"),
            filled("source_file"),
            filled("reason"),
            filled("rejected_column"),
            between("row_number", 1),
            text_at_most("excerpt", EXCERPT_CHARACTERS, "critical"),
            matches(
                "source_file",
                """
                , staged as (
                    select file_path as source_file, count(*) as found
                    from staged_requests
                    where rejection_reason is not null
                    group by file_path
                )
                , listed as (
                    select source_file, count(*) as found
                    from checked
                    where input_table = 'api_requests'
                    group by source_file
                )
                select 1
                from staged
                left join listed using (source_file)
                where staged.found > coalesce(listed.found, 0)
                """,
                "Every unusable row of the request logs is listed (counted by file).",
            ),
        ),
    )


def _runs() -> Suite:
    return Suite(
        table="runs",
        purpose="One row per run, failed ones too.",
        expectations=(
            row_count(0),
            filled("run_id"),
            unique("run_id"),
            filled("status"),
            one_of("status", ("succeeded", "failed")),
            satisfies(
                "rows_read",
                "rows_read = rows_accepted + rows_duplicate + rows_rejected",
                "Rows read are accepted, duplicate or rejected: none is lost.",
            ),
            satisfies(
                "prior_log_odds",
                "isfinite(prior_log_odds)",
                "prior_log_odds is a finite number.",
            ),
            between("duration_seconds", 0),
            not_above("started_at", "ended_at"),
        ),
    )
