"""A back-test knows what was known then, and ends where a normal run is."""

import shutil
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from extraction_watch.backtest.plan import Plan, read_plan
from extraction_watch.backtest.replay import Replay
from extraction_watch.backtest.timeline import GOALS
from extraction_watch.warehouse import Warehouse
from tests.conftest import Run
from tests.evaluation.cluster_ids import fates, snapshots
from tests.integration.awkward_logs import AwkwardLogs
from tests.integration.tables import differences, read_tables

DATABASE = "extraction_watch.duckdb"
LAST = datetime(2200, 1, 1)
LATER = {
    "stg_native__api_requests": "requested_at",
    "stg_native__enforcement_events": "occurred_at",
    "known_accounts": "created_at",
}
BAND_ORDER = "list_position(['low', 'medium', 'high', 'critical'], risk_band)"


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def replayed_warehouse(
    run_core: Run,
    awkward_logs: AwkwardLogs,
    built_warehouse: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A copy of the built warehouse after a back-test of all days but the first."""
    warehouse = tmp_path_factory.mktemp("replayed") / "warehouse"
    shutil.copytree(built_warehouse, warehouse, symlinks=True)
    outcome = run_core(
        *("backtest", "--logs", awkward_logs.folder, "--warehouse", warehouse),
        *("--from", "2026-03-03", "--step", "1d"),
    )
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    assert "step 9 of 9" in outcome.stdout
    return warehouse


@pytest.fixture(scope="module")
def plan(replayed_warehouse: Path) -> Plan:
    """The models that lead to the timeline, from the manifest of the last build."""
    target = Warehouse(replayed_warehouse).target
    return read_plan(target / "manifest.json", GOALS)


def replayed(
    database: Path, plan: Plan, moments: list[datetime], query: str
) -> list[list[tuple[Any, ...]]]:
    """What a query says after each of the steps."""
    with Replay(database, plan, "2", "2GB") as replay:
        found = []
        for moment in moments:
            replay.rebuild(moment)
            found.append(replay.connection.execute(query).fetchall())
    return found


def test_the_last_day_is_the_normal_run(
    replayed_warehouse: Path, built_warehouse: Path
) -> None:
    replayed_tables = read_tables(replayed_warehouse / DATABASE)
    normal_tables = read_tables(built_warehouse / DATABASE)
    assert normal_tables.pop("detection_timeline")[1] == []
    assert replayed_tables.pop("detection_timeline")[1]
    assert differences(normal_tables, replayed_tables) == []


SCORES = (
    "select entity_type, entity_id, incriminating_families, risk_band, "
    "round(log_odds, 9) from entity_scores order by all"
)


def test_the_last_step_builds_what_dbt_builds(
    replayed_warehouse: Path, plan: Plan
) -> None:
    database = Warehouse(replayed_warehouse).database
    assert replayed(database, plan, [LAST], SCORES) == [rows(database, SCORES)]


def test_a_step_knows_nothing_of_later_rows_and_nothing_of_later_steps(
    replayed_warehouse: Path, plan: Plan, tmp_path: Path
) -> None:
    database = Warehouse(replayed_warehouse).database
    moment = datetime(2026, 3, 8, 12)
    past = tmp_path / "past.duckdb"
    shutil.copy2(database, past)
    with duckdb.connect(str(past)) as connection:
        for table, column in LATER.items():
            gone = connection.execute(
                f"delete from {table} where {column} >= ?", [moment]
            ).fetchall()
            assert gone[0][0] > 0, table
        connection.execute(
            "delete from known_accounts where created_at is null and account_id not in "
            "(select account_id from stg_native__api_requests)"
        )
    then = replayed(past, plan, [LAST], SCORES)
    assert len(then[0]) > 100
    assert replayed(database, plan, [moment], SCORES) == then
    assert replayed(database, plan, [LAST, moment], SCORES)[1] == then[0]


def test_a_wrong_clock_makes_the_replay_no_longer(
    replayed_warehouse: Path, plan: Plan, tmp_path: Path
) -> None:
    manifest = Warehouse(replayed_warehouse).target / "manifest.json"
    past = tmp_path / "past.duckdb"
    shutil.copy2(Warehouse(replayed_warehouse).database, past)
    spans = []
    for stray in (None, "2099-12-31", "2026-06-01", "2015-01-01"):
        with duckdb.connect(str(past)) as connection:
            connection.execute(
                "update stg_native__api_requests set requested_at = $stray where $stray"
                " is not null and request_id ="
                " (select min(request_id) from stg_native__api_requests)",
                {"stray": stray},
            )
        with Replay(past, plan, "2", "2GB") as replay:
            spans.append(replay.log_span(manifest))
    assert spans[0] is not None
    assert spans[0][0].date() == date(2026, 3, 2)
    assert spans == spans[:1] * 4


def test_a_step_sees_all_rows_of_before_and_none_of_later(
    replayed_warehouse: Path, plan: Plan
) -> None:
    """Facts of accounts without a date are seen from their first request on."""
    database = Warehouse(replayed_warehouse).database
    moment = datetime(2026, 3, 8, 12)
    known = {
        "staged_requests": f"requested_at < '{moment}'",
        "enforcement_events": f"occurred_at < '{moment}'",
        "stg_native__model_releases": f"released_at < '{moment}'",
        "known_accounts": f"coalesce(created_at, (select min(requested_at) from "
        "staged_requests where staged_requests.account_id = known_accounts.account_id)"
        f") < '{moment}'",
    }
    assert known.keys() == plan.staged.keys()
    count = "(select count(*) from {}{})"
    seen = f"select {', '.join(count.format(table, '') for table in known)}"
    expected = [count.format(table, f" where {known[table]}") for table in known]
    then = rows(database, f"select {', '.join(expected)}")
    assert replayed(database, plan, [moment], seen) == [then]
    counts = zip(known, then[0], rows(database, seen)[0], strict=True)
    growing = {name for name, few, many in counts if few < many}
    # of the few releases none is of the days after the moment
    assert growing == known.keys() - {"stg_native__model_releases"}


def test_bands_are_reached_one_after_the_other(replayed_warehouse: Path) -> None:
    database = replayed_warehouse / DATABASE
    wrong = rows(
        database,
        "select * from (select *, row_number() over entity as place, "
        f"{BAND_ORDER} as rank, lag(first_reached_at) over entity as before_at, "
        "lag(requests_before) over entity as before, "
        "first_value(tokens_before + tokens_after) over entity as tokens "
        "from detection_timeline window entity as "
        f"(partition by entity_type, entity_id order by {BAND_ORDER})) "
        "where place <> rank or before_at > first_reached_at or before > "
        "requests_before or tokens <> tokens_before + tokens_after",
    )
    assert wrong == []


def test_every_entity_in_a_band_has_the_moment_when_it_reached_it(
    replayed_warehouse: Path,
) -> None:
    """Clusters that got another id on the way too."""
    database = replayed_warehouse / DATABASE
    for entity in ("account", "cluster"):
        without = rows(
            database,
            f"select {entity}_id from {entity}s where risk_band <> 'minimal' "
            "except select entity_id from detection_timeline "
            f"where entity_type = '{entity}'",
        )
        assert without == []
    assert rows(database, "select count(*) from clusters where risk_band <> 'minimal'")


def test_requests_and_tokens_are_those_of_the_entity(replayed_warehouse: Path) -> None:
    database = replayed_warehouse / DATABASE
    wrong = rows(
        database,
        "select entity_id from detection_timeline inner join accounts "
        "on entity_type = 'account' and entity_id = account_id where "
        "tokens_before + tokens_after <> output_tokens or requests_before > requests",
    )
    wrong += rows(
        database,
        "select entity_id from detection_timeline inner join clusters "
        "on entity_type = 'cluster' and entity_id = cluster_id where "
        "tokens_before + tokens_after <> output_tokens or requests_before > requests",
    )
    assert wrong == []


def test_moments_are_ends_of_days(replayed_warehouse: Path) -> None:
    """Who had reached a band before the span began reached it in its first step."""
    moments = rows(
        replayed_warehouse / DATABASE,
        "select distinct first_reached_at from detection_timeline order by all",
    )
    first = datetime(2026, 3, 4)
    days = [first + timedelta(days=day) for day in range(9)]
    assert {moment for (moment,) in moments} <= set(days)


def test_ids_of_each_day_lead_to_clusters_of_the_next(replayed_warehouse: Path) -> None:
    """What neither stays nor merges is found by its founders, or is no cluster now."""
    first = datetime(2026, 3, 5)
    moments = [first + timedelta(days=day) for day in range(8)]
    taken = snapshots(Warehouse(replayed_warehouse), moments)
    found: Counter[str] = Counter()
    for before, after in pairwise(taken):
        found += fates(before, after)
    assert found.total() > 15
    assert found["kept"] + found["merged"] >= 0.6 * found.total(), found
    assert found["founders apart"] <= 0.1 * found.total(), found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--step", "2h"], "STEP=2h is none of 1h, 6h, 1d"),
        (["--from", "yesterday"], "FROM=yesterday is neither a day"),
        (["--engine", "spark"], "on DuckDB, not on spark"),
    ],
)
def test_what_cannot_be_replayed_is_said_before_anything_is_read(
    run_core: Run, tmp_path: Path, options: list[str], message: str
) -> None:
    outcome = run_core(
        "backtest", "--logs", tmp_path, "--warehouse", tmp_path / "new", *options
    )
    assert outcome.exit_code == 2
    assert message in outcome.stderr
    assert not (tmp_path / "new").exists()
