"""What a dashboard plots by day; it has to agree with the tables it sums up."""

from datetime import timedelta

from extraction_watch.quality_gate.expectations import (
    between,
    filled,
    in_table,
    not_above,
    one_of,
    row_count,
    satisfies,
    share,
    total_of,
    unique,
)
from extraction_watch.quality_gate.settings import GateSettings
from extraction_watch.quality_gate.suites.suite import QUALITY_VERDICTS, Suite

NEWEST_DAYS = 7
TOKENS = ("input_tokens", "output_tokens", "reasoning_tokens")
COMPLETENESS = (
    "text_share",
    "device_share",
    "session_share",
    "network_share",
    "user_agent_share",
    "output_tokens_share",
    "reasoning_tokens_share",
    "missing_evidence_share",
    "sampled_share",
)


def day_suites(settings: GateSettings) -> tuple[Suite, ...]:
    """One suite for each table by day."""
    return (
        _account_days(),
        _cluster_days(),
        _capability_days(),
        _quality_days(settings),
        _quality_columns(settings),
    )


def _account_days() -> Suite:
    return Suite(
        table="account_days",
        purpose="One row per account and day with requests.",
        expectations=(
            row_count(1),
            filled("account_id"),
            filled("activity_date"),
            unique("account_id", "activity_date"),
            in_table("account_id", "accounts"),
            between("requests", 1),
            between("sessions", 1),
            *(
                expectation
                for column in (
                    "served_requests",
                    "text_requests",
                    "extraction_like_requests",
                )
                for expectation in (between(column, 0), not_above(column, "requests"))
            ),
            between("prompts", 0),
            not_above("prompts", "text_requests"),
            not_above("sessions", "requests"),
            satisfies(
                "weighted_requests",
                "weighted_requests > 0 and isfinite(weighted_requests)",
                "weighted_requests is a positive, finite number.",
            ),
            *(between(column, 0, severity="warning") for column in TOKENS),
        ),
    )


def _cluster_days() -> Suite:
    return Suite(
        table="cluster_days",
        purpose="One row per cluster and day with requests.",
        expectations=(
            row_count(0),
            filled("cluster_id"),
            filled("activity_date"),
            unique("cluster_id", "activity_date"),
            in_table("cluster_id", "clusters"),
            between("active_accounts", 1),
            between("requests", 1),
            *(
                total_of(
                    column,
                    ["cluster_id", "activity_date"],
                    "account_days inner join accounts using (account_id)",
                    f"sum(account_days.{column})",
                    f"{column} is the sum over its accounts on that day.",
                )
                for column in ("requests", "extraction_like_requests", *TOKENS)
            ),
        ),
    )


def _capability_days() -> Suite:
    return Suite(
        table="capability_days",
        purpose="One row per capability that prompts ask for and day.",
        expectations=(
            row_count(0),
            filled("activity_date"),
            filled("capability"),
            unique("activity_date", "capability"),
            between("requests", 1),
            between("accounts", 1),
            not_above("accounts", "requests"),
            between("output_tokens", 0, severity="warning"),
            between("reasoning_tokens", 0, severity="warning"),
        ),
    )


def _is_older(settings: GateSettings) -> str:
    """SQL: whether a day lies before the newest ones, which alone are news. A day in
    the future is none."""
    latest = settings.checked_at.date() + timedelta(days=1)
    return (
        f"quality_date <= (select max(quality_date) - {NEWEST_DAYS} from quality_days"
        f" where quality_date <= date '{latest}')"
    )


def _quality_days(settings: GateSettings) -> Suite:
    return Suite(
        table="quality_days",
        purpose="One row per day of input: how complete and how clean it was.",
        expectations=(
            row_count(0),
            satisfies(
                "stops_publication",
                "not stops_publication",
                "No day among the newest is wrecked: neither are half of its rows lost"
                " nor rejected. Nothing is published until the input is repaired or"
                " somebody accepts the day. quality_reason of the day has the figures.",
            ),
            filled("quality_date"),
            unique("quality_date"),
            filled("quality_verdict"),
            one_of("quality_verdict", QUALITY_VERDICTS),
            satisfies(
                "quality_verdict",
                f"quality_verdict = 'ok' or {_is_older(settings)}",
                f"None of the last {NEWEST_DAYS} days is degraded. Scores that rest on"
                " degraded days say so; quality_reason of the day says what was missing"
                " or suspect.",
                "warning",
            ),
            satisfies(
                "quality_reason",
                "quality_verdict = 'ok' or quality_reason is not null",
                "A degraded day says why.",
            ),
            satisfies(
                "rows_read",
                "rows_read = accepted_rows + duplicate_rows + rejected_rows",
                "Rows read are accepted, duplicate or rejected: none is lost.",
            ),
            *(
                total_of(
                    "accepted_rows",
                    ["quality_date"],
                    f"(select *, activity_date as quality_date from {table})",
                    "sum(requests)",
                    f"accepted_rows is the sum of requests in {table} on that day.",
                )
                for table in ("account_days", "capability_days")
            ),
            between("hours_with_requests", 0, 24),
            between("missing_hours", 0, 24),
            not_above("late_rows", "rows_read"),
            not_above("clock_skew_rows", "rows_read"),
            satisfies(
                "mean_sample_weight",
                "mean_sample_weight > 0 and isfinite(mean_sample_weight)",
                "mean_sample_weight is a positive, finite number.",
            ),
            between("request_coverage", 0),
            *(share(column) for column in COMPLETENESS),
        ),
    )


def _quality_columns(settings: GateSettings) -> Suite:
    return Suite(
        table="quality_columns",
        purpose="One row per day and watched column: is it there, is it plausible?",
        expectations=(
            row_count(0),
            filled("quality_date"),
            filled("column_name"),
            unique("quality_date", "column_name"),
            in_table("quality_date", "quality_days"),
            filled("column_verdict"),
            one_of("column_verdict", ("ok", "missing", "same", "drifted")),
            satisfies(
                "column_verdict",
                f"column_verdict <> 'missing' or {_is_older(settings)}",
                f"No column that is usually there was missing in the last {NEWEST_DAYS}"
                " days. What rests on it cannot be detected on such a day; look at the"
                " export of the logs.",
                "warning",
            ),
            satisfies(
                "column_verdict",
                f"column_verdict <> 'same' or {_is_older(settings)}",
                "No column suddenly had the same value for most accounts in the last"
                f" {NEWEST_DAYS} days. On such a day it is not used, so that it ties no"
                " strangers together; look at the export of the logs.",
                "warning",
            ),
            satisfies(
                "column_verdict",
                f"column_verdict <> 'drifted' or {_is_older(settings)}",
                f"In the last {NEWEST_DAYS} days the values of no column were"
                " distributed quite otherwise than on the same weekday in the weeks"
                " before.",
                "warning",
            ),
            satisfies(
                "quality_reason",
                "column_verdict = 'ok' or quality_reason is not null",
                "Every verdict but ok says why.",
            ),
            satisfies(
                "is_neutralised",
                "not is_neutralised or column_verdict in ('missing', 'same')",
                "Only columns that are missing or the same for everybody are left out.",
            ),
            between("accounts", 1),
            not_above("accounts", "requests"),
            not_above("filled_requests", "requests"),
            *(
                share(column)
                for column in (
                    "filled_share",
                    "usual_filled_share",
                    "same_share",
                    "usual_same_share",
                    "drift",
                )
            ),
        ),
    )
