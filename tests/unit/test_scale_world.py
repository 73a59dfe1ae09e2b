"""Worlds at scale: the rows asked for, the same each time, labelled."""

from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.scale.__main__ import (
    Measured,
    _last_hour,
    cost_table,
    detection_table,
    read_report,
    step_table,
    write_report,
)
from tests.benchmarks.scale.processes import BenchError, Cost, limit, measured
from tests.benchmarks.scale.profile import Step, profile_table
from tests.benchmarks.scale.world import DAYS, ScaleWorld

REQUESTS = 28_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scale")
    ScaleWorld(REQUESTS).write(folder)
    return folder


def ask(query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def test_world_has_the_requests_asked_for_over_all_days(world: Path) -> None:
    requests = f"read_parquet('{world}/logs/api_requests/*.parquet')"
    ((rows, ids, days, characters),) = ask(
        "select count(*), count(distinct request_id), count(distinct "
        f"requested_at::date), avg(length(prompt)) from {requests}"
    )
    assert (rows, ids, days) == (REQUESTS, REQUESTS, DAYS)
    assert isinstance(characters, float)
    assert 600 < characters < 900


def test_every_account_is_labelled_and_half_of_the_traffic_is_taken(
    world: Path,
) -> None:
    ((unknown, taken),) = ask(
        f"""
        select
            count(*) filter (truth.account_id is null),
            count(*) filter (truth.is_extraction) / count(*)
        from read_parquet('{world}/logs/api_requests/*.parquet') as requests
        left join read_parquet('{world}/truth/accounts.parquet') as truth
            using (account_id)
        """
    )
    assert unknown == 0
    assert isinstance(taken, float)
    assert taken == pytest.approx(0.5, abs=0.02)


def test_draws_for_different_purposes_are_independent(world: Path) -> None:
    heads = ask(
        f"""
        select campaign, count(*)
        from read_parquet('{world}/truth/accounts.parquet')
        where is_extraction group by campaign order by campaign
        """
    )
    assert [campaign for campaign, _ in heads] == ["a", "b", "c"]
    # pools of twenty slots, and up to two heads after each other in most of them
    assert all(isinstance(count, int) and 30 < count <= 60 for _, count in heads)


def test_heads_are_banned_and_replaced(world: Path) -> None:
    ((bans, early),) = ask(
        f"""
        select count(*), count(*) filter (bans.occurred_at < seen.last_seen_at)
        from read_parquet('{world}/logs/enforcement_events.parquet') as bans
        inner join (
            select account_id, max(requested_at) as last_seen_at
            from read_parquet('{world}/logs/api_requests/*.parquet') group by account_id
        ) as seen using (account_id)
        """
    )
    assert isinstance(bans, int)
    assert bans > 10
    assert early == 0


def test_a_day_written_alone_is_the_day_of_the_whole(
    world: Path, tmp_path: Path
) -> None:
    ScaleWorld(REQUESTS).write(tmp_path, range(5, 6))
    day = "logs/api_requests/day-05.parquet"
    one, other = (f"from read_parquet('{home / day}')" for home in (world, tmp_path))
    assert ask(f"select count(*) from (({one}) except ({other}))") == [(0,)]
    assert ask(f"select count(*) {other}") == [(REQUESTS // DAYS,)]


@pytest.mark.parametrize("file_type", ["parquet", "json"])
def test_the_last_hour_is_taken_out_and_nothing_is_lost(
    file_type: str, tmp_path: Path
) -> None:
    ScaleWorld(REQUESTS, file_type).write(tmp_path, range(DAYS - 1, DAYS))
    _last_hour(tmp_path, file_type)
    hour = tmp_path / f"hour.{file_type}"
    day = tmp_path / "logs" / "api_requests" / f"day-{DAYS - 1:02d}.{file_type}"
    ((rest, last),) = ask(f"select max(requested_at), count(*) from '{day}'")
    ((first, count),) = ask(f"select min(requested_at), count(*) from '{hour}'")
    assert str(rest) < "2026-03-28 23:00:00" <= str(first)
    assert isinstance(last, int)
    assert isinstance(count, int)
    assert last + count == REQUESTS // DAYS


def test_a_process_is_measured_and_its_failure_is_told(tmp_path: Path) -> None:
    cost = measured(["-c", "b = bytearray(80_000_000)"], tmp_path / "said.txt")
    assert cost.peak_bytes > 80_000_000
    assert cost.seconds > 0
    with pytest.raises(BenchError, match="no such luck"):
        measured(["-c", "raise SystemExit('no such luck')"], tmp_path / "said.txt")


def test_the_limit_reads_every_file(world: Path, tmp_path: Path) -> None:
    cost = limit(world / "logs", "parquet", tmp_path / "limit.duckdb")
    assert cost.seconds > 0
    assert not (tmp_path / "limit.duckdb").exists()


def test_tables_say_ratios_to_the_limit(tmp_path: Path) -> None:
    result = Measured(
        requests=300_000,
        file_type="parquet",
        input_bytes=200_000_000,
        costs={"limit": Cost(2.0, 3.0, 10**9), "full refresh": Cost(30.0, 40.0, 10**9)},
        steps={"slow": 9.0, "quick": 0.1},
        step_rows={"slow": 7},
        step_bytes={"slow": 3_000_000},
        detection={"a": "20 of 20"},
    )
    assert "| full refresh | 30.0 | 40.0 | 1.0 | 15.0 | 13.3 |" in cost_table([result])
    assert "| `slow` | 9.0 | 7 | 3 |" in step_table([result])
    assert step_table([result]).index("slow") < step_table([result]).index("quick")
    assert "| 300,000 | a | 20 of 20 |" in detection_table([result])
    report = tmp_path / "bench.json"
    assert read_report(report) == {}
    write_report(report, {(300_000, "parquet"): result})
    assert read_report(report) == {(300_000, "parquet"): result}


def test_a_profile_has_the_dearest_steps_the_rest_and_the_sum() -> None:
    steps = [
        Step("one", 1.0, 2.0, 10),
        Step("two", 6.0, 3.0, 20),
        Step("c", 3.0, 1.0, 5),
    ]
    lines = profile_table(steps, 2.0, 1).splitlines()
    assert lines[2:] == [
        "| `two` | 6.00 | 3.00 | 3.00 | 20 |",
        "| 2 others | 4.00 | 2.00 | 3.00 |  |",
        "| all | 10.00 | 5.00 | 6.00 |  |",
    ]
