"""When bands are reached, while clusters merge, change their id, fall apart, return."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from extraction_watch.backtest.timeline import Timeline

FIRST = datetime(2026, 3, 2)
Reached = dict[tuple[str, str], int]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Ten accounts a to j that send one request of 10 tokens at noon of each day."""
    with duckdb.connect() as opened:
        opened.execute(
            "create table requests as select chr(97 + account::integer) as account_id, "
            "timestamp '2026-03-01 12:00' + to_days(day::integer) as requested_at, "
            "10 as output_tokens from range(10) as one (account), range(4) as two (day)"
        )
        yield opened


def replay(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    steps: list[tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]]],
) -> list[dict[str, Any]]:
    """Rows of the timeline of some days, each: members of clusters, what was merged
    into what, and bands of clusters and accounts."""
    timeline = Timeline(connection)
    for day, (clusters, merged, bands) in enumerate(steps):
        events: list[tuple[str | None, ...]] = [
            ("member", account, name, None)
            for name, members in clusters.items()
            for account in members
        ]
        events += [("merged", None, kept, gone) for gone, kept in merged.items()]
        scores = [
            ("cluster" if len(name) > 1 else "account", name, band)
            for name, band in bands.items()
        ]
        for table, columns, rows in (
            (
                "cluster_events",
                "event, account_id, cluster_id, other_cluster_id",
                events,
            ),
            ("entity_scores", "entity_type, entity_id, risk_band", scores),
        ):
            types = ", ".join(f"{name} varchar" for name in columns.split(", "))
            connection.execute(f"create or replace table {table} ({types})")
            places = ", ".join("?" for _ in columns.split(", "))
            for row in rows:
                connection.execute(f"insert into {table} values ({places})", row)
        timeline.note(FIRST + timedelta(days=day))
    count = timeline.write(path)
    found: list[dict[str, Any]] = (
        connection.sql(f"from '{path}'").to_arrow_table().to_pylist()
    )
    assert len(found) == count
    return found


def days(rows: list[dict[str, Any]]) -> Reached:
    """Number of the day on which each entity reached each band, from 1 on."""
    return {
        (row["entity_id"], row["risk_band"]): (row["first_reached_at"] - FIRST).days + 1
        for row in rows
    }


def test_a_band_brings_those_below_and_is_never_unsaid(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = replay(
        connection,
        tmp_path / "timeline.parquet",
        [
            ({}, {}, {"a": "minimal", "b": "low"}),
            ({}, {}, {"a": "high", "b": "minimal"}),
            ({}, {}, {"a": "critical", "b": "low"}),
        ],
    )
    assert days(rows) == {
        ("a", "low"): 2,
        ("a", "medium"): 2,
        ("a", "high"): 2,
        ("a", "critical"): 3,
        ("b", "low"): 1,
    }
    critical = next(row for row in rows if row["risk_band"] == "critical")
    assert critical["entity_type"] == "account"
    # noon of three days lies before the end of the third step, one after it
    assert critical["requests_before"] == 3
    assert (critical["tokens_before"], critical["tokens_after"]) == (30, 10)


def test_what_was_merged_counts_for_the_cluster_that_stays(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = replay(
        connection,
        tmp_path / "timeline.parquet",
        [
            ({"older": "ab", "other": "cd"}, {}, {"older": "low", "other": "medium"}),
            ({"older": "abcd"}, {"other": "older"}, {"older": "medium"}),
            ({"older": "abcde"}, {"other": "older"}, {"older": "high"}),
        ],
    )
    assert days(rows) == {
        ("older", "low"): 1,
        ("older", "medium"): 1,
        ("older", "high"): 3,
    }
    high = next(row for row in rows if row["risk_band"] == "high")
    assert high["requests_before"] == 5 * 3
    assert high["tokens_before"] + high["tokens_after"] == 5 * 40


def test_a_cluster_under_another_id_is_the_one_with_most_of_its_members(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = replay(
        connection,
        tmp_path / "timeline.parquet",
        [
            ({"first": "abcd"}, {}, {"first": "medium"}),
            ({"small": "dx", "second": "abc"}, {}, {"small": "low", "second": "low"}),
            ({"small": "dx", "third": "abce"}, {}, {"small": "low", "third": "high"}),
        ],
    )
    assert days(rows) == {
        ("small", "low"): 2,
        ("third", "low"): 1,
        ("third", "medium"): 1,
        ("third", "high"): 3,
    }


def test_one_that_fell_apart_keeps_its_id_and_one_that_returns_is_itself(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = replay(
        connection,
        tmp_path / "timeline.parquet",
        [
            ({"gone": "ab", "back": "cd"}, {}, {"gone": "high", "back": "low"}),
            ({"while": "cde"}, {}, {"while": "medium"}),
            ({"back": "cd"}, {}, {"back": "low"}),
        ],
    )
    assert days(rows) == {
        ("gone", "low"): 1,
        ("gone", "medium"): 1,
        ("gone", "high"): 1,
        ("back", "low"): 1,
        ("back", "medium"): 2,
    }
    gone = next(row for row in rows if row["entity_id"] == "gone")
    assert gone["requests_before"] == 2


def test_a_timeline_of_nothing_is_empty(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "timeline.parquet"
    assert replay(connection, path, [({}, {}, {"a": "minimal"})]) == []
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
