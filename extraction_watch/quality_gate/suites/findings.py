"""What was found about accounts and clusters: evidence, links, families, changes."""

from extraction_watch.quality_gate.expectations import (
    between,
    filled,
    in_table,
    matches,
    not_above,
    one_of,
    row_count,
    satisfies,
    share,
    text_at_most,
    unique,
)
from extraction_watch.quality_gate.suites.suite import RISK_BANDS, Suite

ENTITY_TABLES = {
    "account": ("accounts", "account_id"),
    "cluster": ("clusters", "cluster_id"),
    "session": ("sessions", "session_id"),
}
SENTENCE_CHARACTERS = 2000
_DURATIONS = (
    "lower_quartile_replacement_hours",
    "median_replacement_hours",
    "upper_quartile_replacement_hours",
    "head_half_life_days",
)


def finding_suites() -> tuple[Suite, ...]:
    """One suite for each table of findings."""
    return (
        _evidence(),
        _account_links(),
        _shared_identities(),
        _prompt_families(),
        _cluster_lineage(),
        _successions(),
        _cluster_generations(),
        _ban_waves(),
        _model_pivots(),
        _detection_timeline(),
        _alerts(),
    )


def _evidence() -> Suite:
    return Suite(
        table="evidence",
        purpose="One row per finding; the scores are sums of its weights.",
        expectations=(
            row_count(0),
            filled("entity_type"),
            one_of("entity_type", tuple(ENTITY_TABLES)),
            filled("entity_id"),
            *(
                in_table(
                    "entity_id",
                    table,
                    key,
                    where=f"checked.entity_type = '{entity_type}'",
                    sentence=f"Findings about a {entity_type} have its row in {table}.",
                )
                for entity_type, (table, key) in ENTITY_TABLES.items()
            ),
            filled("signal"),
            filled("family"),
            filled("weight"),
            filled("raw_weight"),
            satisfies(
                "weight",
                "isfinite(weight) and isfinite(raw_weight)",
                "Weights are finite numbers.",
            ),
            satisfies(
                "weight",
                "abs(weight) <= abs(raw_weight) + 1e-9 and weight * raw_weight >= 0",
                "The cap of a family lowers a weight; it never raises or turns it.",
            ),
            filled("sentence"),
            text_at_most("sentence", SENTENCE_CHARACTERS, "warning"),
            matches(
                "source_entity_id",
                """
                select 1
                from checked
                where
                    source_entity_id is not null
                    and source_entity_id not in (select account_id from accounts)
                    and source_entity_id not in (select cluster_id from clusters)
                """,
                "A finding that was handed over comes from a known account or cluster.",
            ),
            filled("observed_from"),
            filled("observed_to"),
            not_above("observed_from", "observed_to"),
        ),
    )


def _account_links() -> Suite:
    return Suite(
        table="account_links",
        purpose="One row per pair of accounts that share rare things.",
        expectations=(
            row_count(0),
            filled("account_id_a"),
            filled("account_id_b"),
            unique("account_id_a", "account_id_b"),
            satisfies(
                "account_id_a",
                "account_id_a < account_id_b",
                "Every pair is told once, the account that sorts first as a.",
            ),
            in_table("account_id_a", "accounts", "account_id"),
            in_table("account_id_b", "accounts", "account_id"),
            filled("reasons"),
            filled("weight"),
            satisfies(
                "weight",
                "weight > 0 and isfinite(weight)",
                "Every weight is a positive, finite number.",
            ),
            filled("established_at"),
        ),
    )


def _shared_identities() -> Suite:
    return Suite(
        table="shared_identities",
        purpose="One row per account and thing that it shares within its cluster.",
        expectations=(
            row_count(0),
            filled("account_id"),
            in_table("account_id", "accounts", "account_id"),
            filled("cluster_id"),
            in_table("cluster_id", "clusters", "cluster_id"),
            filled("identity_type"),
            one_of("identity_type", ("device", "network", "payment", "signup_network")),
            filled("cluster_accounts"),
            satisfies(
                "cluster_accounts",
                "cluster_accounts > 1 and cluster_accounts <= accounts",
                "At least two accounts of the cluster share it, and no more than all.",
            ),
            filled("first_seen_at"),
        ),
    )


def _prompt_families() -> Suite:
    return Suite(
        table="prompt_families",
        purpose="One row per family of near-identical prompts.",
        expectations=(
            row_count(0),
            filled("family_id"),
            unique("family_id"),
            filled("capability"),
            share("distinct_prompt_share"),
            share("divided_prompt_share"),
            share("single_turn_share"),
            between("requests", 1),
            between("prompts", 1),
            between("accounts", 1),
            between("working_accounts", 0),
            between("clusters", 0),
            not_above("prompts", "requests"),
            not_above("accounts", "requests"),
            not_above("working_accounts", "accounts"),
            filled("first_seen_at"),
            filled("last_seen_at"),
            not_above("first_seen_at", "last_seen_at"),
        ),
    )


def _cluster_lineage() -> Suite:
    return Suite(
        table="cluster_lineage",
        purpose="One row per change of a cluster: how it came to be what it is.",
        expectations=(
            row_count(0),
            filled("cluster_id"),
            filled("event"),
            one_of("event", ("founded", "merged", "renamed", "split", "dissolved")),
            satisfies(
                "other_cluster_id",
                "event in ('founded', 'dissolved') or other_cluster_id is not null",
                "Every change but a founding and an end names the other cluster.",
            ),
            satisfies(
                "other_cluster_id",
                "other_cluster_id <> cluster_id",
                "No cluster merges with itself.",
            ),
            matches(
                "other_cluster_id",
                """
                select 1
                from checked
                inner join clusters
                    on checked.other_cluster_id = clusters.cluster_id
                where checked.event = 'merged' and checked.known_from = 'links'
                """,
                "A cluster that was merged into another is no longer in clusters.",
            ),
            filled("reason"),
            one_of("known_from", ("links", "publications")),
            filled("occurred_at"),
        ),
    )


def _successions() -> Suite:
    return Suite(
        table="successions",
        purpose="One row per account that ended and an account that may continue it.",
        expectations=(
            row_count(0),
            filled("predecessor_account_id"),
            filled("successor_account_id"),
            unique("predecessor_account_id", "successor_account_id"),
            satisfies(
                "successor_account_id",
                "successor_account_id <> predecessor_account_id",
                "No account succeeds itself.",
            ),
            in_table("successor_account_id", "accounts", "account_id"),
            one_of(
                "kind",
                ("replacement", "key_rotation", "owner_move", "same_organization"),
            ),
            filled("probability"),
            share("probability"),
            filled("continuation_probability"),
            share("continuation_probability"),
            not_above("probability", "continuation_probability"),
            *(
                share(f"probability_after_{requests}_requests")
                for requests in (3, 10, 30)
            ),
            matches(
                "probability",
                """
                select 1
                from checked
                group by successor_account_id
                having sum(probability) > 1 + 1e-6
                """,
                "The probabilities of one successor's candidates add up to at most 1.",
            ),
            between("succession_rank", 1),
            satisfies(
                "delay_hours",
                "delay_hours > 0 and isfinite(delay_hours)",
                "A successor is first seen after its predecessor's end.",
            ),
        ),
    )


def _model_pivots() -> Suite:
    return Suite(
        table="model_pivots",
        purpose="One row per cluster and newly released model: did it move there?",
        expectations=(
            row_count(0),
            filled("cluster_id"),
            filled("model"),
            unique("cluster_id", "model"),
            in_table("cluster_id", "clusters"),
            share("share_moved_24h"),
            share("share_moved_72h"),
            share("comparable_share_24h"),
            share("comparable_share_72h"),
            between("effect", -1, 1),
            not_above("effect_low", "effect"),
            not_above("effect", "effect_high"),
            share("p_value"),
            filled("released_at"),
        ),
    )


def _cluster_generations() -> Suite:
    return Suite(
        table="cluster_generations",
        purpose="One row per generation of a cluster's heads.",
        expectations=(
            row_count(0),
            filled("cluster_id"),
            in_table("cluster_id", "clusters"),
            filled("generation"),
            between("generation", 1),
            unique("cluster_id", "generation"),
            between("accounts", 1),
            satisfies(
                "active_accounts",
                "active_accounts + banned_accounts = accounts",
                "Active and banned accounts add up to all accounts.",
            ),
            not_above("replaced_accounts", "accounts"),
            *(between(column, 0) for column in _DURATIONS),
        ),
    )


def _ban_waves() -> Suite:
    return Suite(
        table="ban_waves",
        purpose="One row per wave of bans of a cluster's members.",
        expectations=(
            row_count(0),
            filled("cluster_id"),
            in_table("cluster_id", "clusters"),
            unique("cluster_id", "wave_number"),
            between("banned_accounts", 1),
            not_above("replaced_accounts", "banned_accounts"),
            between("requests_day_before", 0),
            between("requests_day_after", 0),
            between("requests_week_after", 0),
            filled("started_at"),
            filled("ended_at"),
            not_above("started_at", "ended_at"),
        ),
    )


def _detection_timeline() -> Suite:
    return Suite(
        table="detection_timeline",
        purpose="One row per account or cluster and risk band: when it was reached.",
        expectations=(
            row_count(0),
            filled("entity_type"),
            one_of("entity_type", tuple(ENTITY_TABLES)),
            filled("entity_id"),
            filled("risk_band"),
            one_of("risk_band", RISK_BANDS),
            unique("entity_type", "entity_id", "risk_band"),
            between("requests_before", 0),
            between("tokens_before", 0),
            between("tokens_after", 0),
            filled("first_reached_at"),
        ),
    )


def _alerts() -> Suite:
    return Suite(
        table="alerts",
        purpose="One row per alert about a cluster.",
        expectations=(
            row_count(0),
            filled("alert_id"),
            unique("alert_id"),
            filled("cluster_id"),
            filled("alert_state"),
            one_of("alert_state", ("new", "ongoing", "escalated", "closed")),
            filled("reason"),
            satisfies(
                "expected_loss_tokens",
                "expected_loss_tokens >= 0 and isfinite(expected_loss_tokens)",
                "expected_loss_tokens is a finite number and not negative.",
            ),
            filled("opened_at"),
            not_above("opened_at", "changed_at"),
        ),
    )
