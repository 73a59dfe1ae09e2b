"""Accounts, sessions and clusters: who is at risk, and by which evidence."""

from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from extraction_watch.quality_gate.expectations import (
    between,
    empty,
    evidence_adds_up,
    filled,
    in_table,
    matches,
    not_above,
    not_blank,
    one_of,
    row_count,
    satisfies,
    share,
    total_of,
    unique,
)
from extraction_watch.quality_gate.settings import GateSettings
from extraction_watch.quality_gate.suites.suite import (
    QUALITY_VERDICTS,
    RISK_BANDS,
    Suite,
)

TOKENS = ("input_tokens", "output_tokens", "reasoning_tokens")


def entity_suites(settings: GateSettings) -> tuple[Suite, ...]:
    """One suite for each of accounts, sessions, clusters and cluster_members."""
    return (
        _accounts(settings),
        _sessions(settings),
        _clusters(settings),
        _cluster_members(),
    )


def _key(column: str) -> tuple[Expectation, ...]:
    return (filled(column), not_blank(column), unique(column))


def _probability(
    entity_type: str, key: str, settings: GateSettings
) -> tuple[Expectation, ...]:
    return (
        filled("extraction_probability"),
        share("extraction_probability"),
        evidence_adds_up(entity_type, key, settings.prior_log_odds),
        satisfies(
            "risk_score",
            "abs(risk_score - 100 * extraction_probability) <= 1e-9",
            "risk_score is 100 times extraction_probability.",
        ),
    )


def _band() -> tuple[Expectation, ...]:
    return (
        filled("risk_band"),
        one_of("risk_band", RISK_BANDS),
        satisfies(
            "top_reasons",
            "risk_band = 'minimal' or top_reasons is not null",
            "Whatever is above the minimal band says why.",
            "warning",
        ),
    )


def _quality() -> tuple[Expectation, ...]:
    return (
        filled("quality_verdict"),
        one_of("quality_verdict", QUALITY_VERDICTS),
        satisfies(
            "quality_reason",
            "(quality_verdict = 'degraded') = (quality_reason is not null)",
            "A degraded score says what was missing or suspect, and when; others do"
            " not.",
        ),
    )


def _accounts(settings: GateSettings) -> Suite:
    return Suite(
        table="accounts",
        purpose="One row per account seen in the log, the harmless ones included.",
        expectations=(
            row_count(1),
            *_key("account_id"),
            *_probability("account", "account_id", settings),
            *_band(),
            satisfies(
                "risk_band",
                "risk_band not in ('high', 'critical') or incriminating_families"
                f" >= {settings.enforcing_families_min}",
                "The high and critical bands rest on at least"
                f" {settings.enforcing_families_min} independent families of evidence.",
            ),
            not_blank("cluster_id"),
            in_table("cluster_id", "clusters"),
            share("extraction_share"),
            empty(
                "extraction_share",
                Column("risk_band") == "minimal",
                "Accounts in the minimal band have no extraction_share.",
            ),
            between("requests", 1),
            between("text_requests", 0),
            not_above("text_requests", "requests"),
            *(between(column, 0, severity="warning") for column in TOKENS),
            *(
                total_of(
                    column,
                    ["account_id"],
                    "account_days",
                    f"sum({column})",
                    f"{column} of every account is the sum over its days.",
                )
                for column in ("requests", "text_requests", *TOKENS)
            ),
            total_of(
                "requests",
                ["account_id"],
                "sessions",
                "sum(requests)",
                "requests of every account is the sum over its sessions.",
            ),
            *_quality(),
            filled("evidence_families_seen"),
            filled("is_suppressed"),
            filled("first_seen_at"),
            filled("last_seen_at"),
            not_above("first_seen_at", "last_seen_at"),
        ),
    )


def _sessions(settings: GateSettings) -> Suite:
    return Suite(
        table="sessions",
        purpose="One row per session: requests of one account without a long pause.",
        expectations=(
            row_count(1),
            *_key("session_id"),
            filled("account_id"),
            in_table("account_id", "accounts"),
            *_probability("session", "session_id", settings),
            *_quality(),
            between("requests", 1),
            between("text_requests", 0),
            not_above("text_requests", "requests"),
            between("extraction_like_requests", 0),
            not_above("extraction_like_requests", "requests"),
            *(between(column, 0, severity="warning") for column in TOKENS),
            filled("started_at"),
            filled("ended_at"),
            not_above("started_at", "ended_at"),
        ),
    )


def _clusters(settings: GateSettings) -> Suite:
    return Suite(
        table="clusters",
        purpose="One row per group of accounts that appear to be run together.",
        expectations=(
            row_count(0),
            *_key("cluster_id"),
            *_probability("cluster", "cluster_id", settings),
            *_band(),
            *_quality(),
            filled("accounts"),
            between("accounts", 2, sentence="No cluster has fewer than two accounts."),
            *(
                total_of(
                    "accounts",
                    ["cluster_id"],
                    table,
                    "count(*)",
                    f"accounts is the number of its rows in the table {table}.",
                )
                for table in ("accounts", "cluster_members")
            ),
            satisfies(
                "active_accounts",
                "active_accounts + banned_accounts = accounts",
                "Active and banned accounts add up to all accounts.",
            ),
            between("active_accounts", 0),
            between("banned_accounts", 0),
            between("replaced_accounts", 0),
            not_above("replaced_accounts", "accounts"),
            between("generations", 1),
            *(
                total_of(
                    column,
                    ["cluster_id"],
                    "accounts",
                    f"sum({column})",
                    f"{column} of every cluster is the sum over its accounts.",
                )
                for column in ("requests", *TOKENS)
            ),
            total_of(
                "requests",
                ["cluster_id"],
                "cluster_days",
                "sum(requests)",
                "requests of every cluster is the sum over its days.",
            ),
            filled("density"),
            share("density"),
            filled("weakest_link_weight"),
            satisfies(
                "weakest_link_weight",
                "isfinite(weakest_link_weight)",
                "weakest_link_weight is a finite number.",
            ),
            *(
                satisfies(
                    column,
                    f"{column} >= 0 and isfinite({column})",
                    f"{column} is a finite number and not negative.",
                    "warning",
                )
                for column in (
                    "load_balancing_ratio",
                    "synchrony_ratio",
                    "median_replacement_hours",
                )
            ),
            in_table(
                "cluster_id",
                "cluster_lineage",
                severity="warning",
                sentence="cluster_lineage says when each cluster was founded.",
            ),
            filled("first_seen_at"),
            filled("last_seen_at"),
            not_above("first_seen_at", "last_seen_at"),
        ),
    )


def _cluster_members() -> Suite:
    return Suite(
        table="cluster_members",
        purpose="One row per account that belongs to a cluster.",
        expectations=(
            row_count(0),
            *_key("account_id"),
            filled("cluster_id"),
            in_table("cluster_id", "clusters"),
            in_table("account_id", "accounts"),
            matches(
                "cluster_id",
                """
                select 1
                from checked
                inner join accounts using (account_id)
                where accounts.cluster_id is distinct from checked.cluster_id
                """,
                "The table accounts names the same cluster for each member.",
            ),
            filled("strength"),
            share("strength"),
            filled("strongest_reason"),
            between("generation", 1),
            filled("joined_at"),
        ),
    )
