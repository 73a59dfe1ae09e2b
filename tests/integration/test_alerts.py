"""Alerts and phases of a world with three campaigns, before and after an analyst's day.

First the log's first days are read. Then come the other days, a verdict that one
campaign is benign, one that another is extraction, and a suppression of the third for a
month. A few rows have a wrong clock from the beginning: they must not end the log.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import PROJECT, Run
from tests.worlds.config import Campaign, Phase, WorldConfig
from tests.worlds.world import generate
from tests.worlds.writing import write

START = datetime(2026, 3, 2)
FIRST_DAYS = 11
DECIDED_AT = START + timedelta(days=FIRST_DAYS)
STRAY_TIMES = ("2016-01-01T00:00:00", "2026-06-01T00:00:00", "2099-12-31T00:00:00")
PHASE_DAY = 7
WORLD = WorldConfig(
    seed=5,
    population=600,
    days=16,
    start=START,
    campaigns=(
        Campaign(
            "amber",
            1,
            26,
            3500,
            ("chain_of_thought",),
            ban_rate=0.06,
            replacement_hours=6,
            hands_on=True,
            text_share=0.8,
        ),
        Campaign(
            "birch",
            1,
            26,
            3500,
            ("rubric_grading",),
            text_share=0.8,
            mix_share=0.0,
            phase=Phase(PHASE_DAY, capabilities=("chain_of_thought",)),
        ),
        Campaign("cedar", 1, 26, 3500, ("coding",), text_share=0.8),
    ),
)
Alerts = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Days:
    """Alerts by campaign and reason, before and after; clusters by campaign."""

    before: Alerts
    after: Alerts
    clusters: dict[str, str]
    reader: duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def days(run_core: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    """What is published after the first days, and after all of them."""
    folder = tmp_path_factory.mktemp("alerts")
    logs, warehouse = folder / "logs", folder / "warehouse"
    world = generate(WORLD)
    write(world, folder, split_days=True)
    files = sorted((logs / "api_requests").iterdir())
    later = {path: path.read_bytes() for path in files[FIRST_DAYS:]}
    for path in later:
        path.unlink()
    stray = [
        {"request_id": time, "account_id": "stray", "model": "model-1"}
        | {"requested_at": time}
        for time in STRAY_TIMES
    ]
    write_lines(logs / "api_requests" / "stray.jsonl", stray)

    def published() -> duckdb.DuckDBPyConnection:
        outcome = run_core("run", "--logs", logs, "--warehouse", warehouse)
        assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
        database = warehouse / "extraction_watch.duckdb"
        reader = duckdb.connect(str(database), read_only=True)
        reader.register("truth", world.truth_accounts)
        return reader

    with published() as reader:
        clusters = dict(
            reader.execute(
                """
                select group_id, mode(cluster_id)
                from cluster_members
                inner join truth using (account_id)
                where is_extraction
                group by group_id
                """
            ).fetchall()
        )
        before = alerts_by_campaign(reader, clusters)
    for path, content in later.items():
        path.write_bytes(content)
    verdicts = [
        {
            "entity_type": "cluster",
            "entity_id": clusters[name],
            "verdict": verdict,
            "decided_at": DECIDED_AT.isoformat(),
            "decided_by": "analyst@example.com",
        }
        for name, verdict in (("amber", "benign"), ("birch", "extraction"))
    ]
    write_lines(logs / "verdicts.jsonl", verdicts)
    suppression = {
        "entity_type": "cluster",
        "entity_id": clusters["cedar"],
        "reason": "licensed",
        "expires_at": (START + timedelta(days=WORLD.days + 30)).isoformat(),
    }
    write_lines(logs / "suppressions.jsonl", [suppression])
    with published() as reader:
        yield Days(before, alerts_by_campaign(reader, clusters), clusters, reader)


def write_lines(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")


def alerts_by_campaign(
    reader: duckdb.DuckDBPyConnection, clusters: dict[str, str]
) -> Alerts:
    """Alerts on the campaigns' clusters; a second one for a reason is an error."""
    names = {cluster: name for name, cluster in clusters.items()}
    rows = reader.sql("from alerts").to_arrow_table().to_pylist()
    keys = [(names.get(row["cluster_id"], "other"), row["reason"]) for row in rows]
    own = [key for key in keys if key[0] != "other"]
    assert len(own) == len(set(own))
    return {key: row for key, row in zip(keys, rows, strict=True) if key in own}


def test_campaigns_raise_alerts(days: Days) -> None:
    raised = {name for name, reason in days.before if reason == "extraction"}
    assert raised >= {"amber", "cedar"}
    for alert in days.before.values():
        assert alert["alert_state"] != "closed"
        assert alert["expected_loss_tokens"] > 0
        assert alert["is_within_budget"]


def test_replaced_heads_raise_an_alert(days: Days) -> None:
    assert ("amber", "regrowth") in days.after


def test_an_alert_stays_the_same_as_the_log_goes_on(days: Days) -> None:
    kept = [key for key in days.before if key[0] != "cedar"]
    assert ("amber", "extraction") in kept
    for key in kept:
        before, after = days.before[key], days.after[key]
        assert after["alert_id"] == before["alert_id"]
        # members and heirs are judged anew, so that another one may be the third
        moved = abs(after["opened_at"] - before["opened_at"])
        assert moved <= timedelta(hours=6), key


def test_a_benign_verdict_closes_and_takes_the_loss_away(days: Days) -> None:
    closed = [alert for (name, _), alert in days.after.items() if name == "amber"]
    assert closed
    for alert in closed:
        assert alert["alert_state"] == "closed"
        assert alert["closing_reason"] == "judged benign"
        assert alert["changed_at"] == max(DECIDED_AT, alert["opened_at"])
        assert alert["expected_loss_tokens"] == 0
        assert not alert["is_within_budget"]


def test_a_verdict_of_extraction_opens_an_alert_that_counts_in_full(
    days: Days,
) -> None:
    alert = days.after["birch", "extraction"]
    assert alert["opened_at"] <= DECIDED_AT
    assert alert["alert_state"] != "closed"
    ((recent,),) = days.reader.execute(
        """
        select sum(extraction_like_tokens)
        from (
            select a.extraction_share * d.output_tokens as extraction_like_tokens
            from account_days as d
            inner join accounts as a using (account_id)
            where a.cluster_id = $cluster and d.activity_date >= $first_date
        )
        """,
        {
            "cluster": days.clusters["birch"],
            "first_date": (START + timedelta(days=WORLD.days - 7)).date(),
        },
    ).fetchall()
    assert alert["expected_loss_tokens"] == pytest.approx(recent, rel=0.01)


def test_a_suppressed_cluster_is_shown_and_raises_none(days: Days) -> None:
    assert not [name for name, _ in days.after if name == "cedar"]
    rows = days.reader.execute(
        "select is_suppressed, suppression_reason from clusters where cluster_id = ?",
        [days.clusters["cedar"]],
    ).fetchall()
    assert rows == [(True, "licensed")]


def test_a_row_from_the_future_is_rejected(days: Days) -> None:
    rejected = days.reader.execute(
        "select source_file, row_number, reason, rejected_column, excerpt "
        "from requests_rejected"
    ).fetchall()
    assert rejected == [
        (
            *("api_requests/stray.jsonl", 3, "dated in the future"),
            *("requested_at", "2099-12-31 00:00:00"),
        )
    ]


def test_nothing_is_later_than_the_log(days: Days) -> None:
    end = START + timedelta(days=WORLD.days)
    for alert in [*days.before.values(), *days.after.values()]:
        assert START < alert["opened_at"] <= alert["changed_at"] <= end


def test_a_change_of_what_is_taken_is_told_on_its_day(days: Days) -> None:
    phases = days.reader.execute(
        """
        select observed_from, sentence, value, baseline, weight, raw_weight
        from evidence
        where
            entity_id = $cluster
            and signal = 'phase_change'
            and sentence like '%reasoning elicitation%'
        """,
        {"cluster": days.clusters["birch"]},
    ).fetchall()
    ((since, sentence, value, baseline, *weights),) = phases
    true_day = START + timedelta(days=1 + PHASE_DAY)
    assert abs(since - true_day) <= timedelta(days=1), sentence
    assert value - baseline >= 0.2
    assert weights == [0, 0]


def test_the_queries_of_the_page_run(days: Days) -> None:
    page = (PROJECT / "docs" / "alerts.md").read_text("utf-8")
    queries = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len(queries) == 4
    for query in queries:
        given = {"cluster_id": days.clusters["amber"]} if "$" in query else {}
        rows = days.reader.execute(query, given).fetchall()
        assert rows or "is_within_budget" in query, query  # nothing need be left or new
