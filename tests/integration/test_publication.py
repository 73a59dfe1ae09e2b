"""What readers see: whole, checked states only, whatever happens to a run."""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from extraction_watch import quality_gate
from extraction_watch import run as run_module
from extraction_watch.dbt_build import CheckError
from extraction_watch.quality_gate import Check, GateResult, TableResult
from extraction_watch.warehouse import Warehouse
from tests.conftest import PROJECT, Outcome, PlainBuild, Run
from tests.integration.awkward_logs import AwkwardLogs

DATABASE = "extraction_watch.duckdb"
CONTRACTS = {
    model["name"]: model
    for path in sorted((PROJECT / "models" / "marts").glob("_*.yml"))
    for model in yaml.safe_load(path.read_text("utf-8"))["models"]
}
TABLES = sorted(CONTRACTS)
CONTRACT_TYPES = {
    "string": "VARCHAR",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
}


@pytest.fixture(scope="module")
def published(built_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database, opened as any client opens it."""
    with duckdb.connect(str(built_warehouse / DATABASE), read_only=True) as connection:
        yield connection


def all_rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def last_run(warehouse: Path) -> dict[str, Any]:
    """The last line of the run log."""
    lines = (warehouse / "runs.jsonl").read_text("utf-8").splitlines()
    run: dict[str, Any] = json.loads(lines[-1])
    return run


def assert_stopped(outcome: Outcome, exit_code: int) -> None:
    """It ended with its code and words, not with a traceback."""
    assert outcome.exit_code == exit_code, outcome.stdout + outcome.stderr
    assert outcome.stderr.startswith("extraction_watch: ")
    last = outcome.stderr.splitlines()[-1]
    assert f" failed, exit code {exit_code} (" in last
    assert "Traceback" not in outcome.stdout + outcome.stderr


# --- The published folder ----------------------------------------------------------


def test_links_lead_to_one_version(built_warehouse: Path) -> None:
    version = built_warehouse / "published" / last_run(built_warehouse)["run_id"]
    assert os.readlink(built_warehouse / "current") == f"published/{version.name}"
    for name in (DATABASE, "parquet"):
        assert os.readlink(built_warehouse / name) == f"current/{name}"
        assert (built_warehouse / name).resolve() == version.resolve() / name
    assert [path.name for path in (built_warehouse / "published").iterdir()] == [
        version.name
    ]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_read(built_warehouse: Path) -> None:
    files = [path for path in built_warehouse.glob("published/**/*") if path.is_file()]
    assert {path.name for path in files if mode(path) == 0o400} == {DATABASE}
    paths = [built_warehouse, *built_warehouse.rglob("*")]
    others = [path for path in paths if not path.is_symlink() and mode(path) & 0o077]
    assert not others


def test_every_table_of_the_contract_is_there(
    published: duckdb.DuckDBPyConnection,
) -> None:
    names = published.execute(
        "select table_name from duckdb_tables() order by 1"
    ).fetchall()
    assert [name for (name,) in names] == TABLES


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_those_of_the_contract(
    published: duckdb.DuckDBPyConnection, table: str
) -> None:
    rows = published.execute(f"describe {table}").fetchall()
    found = {name: kind for name, kind, *_ in rows}
    expected = {
        column["name"]: CONTRACT_TYPES[column["data_type"]]
        for column in CONTRACTS[table]["columns"]
    }
    assert found == expected


@pytest.mark.parametrize("table", TABLES)
def test_descriptions_are_comments(
    published: duckdb.DuckDBPyConnection, table: str
) -> None:
    comments = dict(
        published.execute(
            "select column_name, comment from duckdb_columns() where table_name = ?",
            [table],
        ).fetchall()
    )
    expected = {
        column["name"]: column["description"].strip()
        for column in CONTRACTS[table]["columns"]
    }
    assert comments == expected
    assert all(expected.values())
    (comment,) = published.execute(
        "select comment from duckdb_tables() where table_name = ?", [table]
    ).fetchall()[0]
    assert comment == CONTRACTS[table]["description"].strip()
    assert comment.startswith("One row per ")


@pytest.mark.parametrize("table", TABLES)
def test_parquet_equals_the_database(
    published: duckdb.DuckDBPyConnection, built_warehouse: Path, table: str
) -> None:
    parquet = f"'{built_warehouse}/parquet/{table}.parquet'"
    described = published.execute(f"describe from {parquet}").fetchall()
    assert [row[:2] for row in described] == [
        row[:2] for row in published.execute(f"describe {table}").fetchall()
    ]
    for one, other in ((parquet, table), (table, parquet)):
        extra = published.execute(f"from {one} except all from {other}").fetchall()
        assert not extra


def test_functions_stay_in_the_file(published: duckdb.DuckDBPyConnection) -> None:
    half = published.execute("select logit(0.5), probability(0.0)").fetchall()
    assert half == [(0.0, 0.5)]
    account, probability = published.execute(
        "select account_id, extraction_probability from accounts "
        "order by extraction_probability desc, account_id limit 1"
    ).fetchall()[0]
    weights = published.execute(
        "select sum(weight), count(*) from account_case(?)", [account]
    ).fetchall()
    prior = published.execute("select prior_log_odds from runs").fetchall()[0][0]
    recomputed = published.execute(
        "select probability(?)", [prior + weights[0][0]]
    ).fetchall()
    assert recomputed[0][0] == pytest.approx(probability, abs=1e-9)
    assert weights[0][1] > 0
    cluster = published.execute("select cluster_id from clusters limit 1").fetchall()
    case = published.execute("select count(*) from cluster_case(?)", cluster[0])
    assert case.fetchall()[0][0] > 0


def test_an_id_of_before_leads_to_the_cluster_of_now(
    published: duckdb.DuckDBPyConnection,
) -> None:
    clusters = published.execute("select cluster_id from clusters").fetchall()
    for (cluster,) in clusters:
        assert published.execute("from cluster_now(?)", [cluster]).fetchall() == [
            (cluster,)
        ]
    retired = published.execute(
        "select other_cluster_id from cluster_lineage where event = 'merged'"
    ).fetchall()
    for (cluster,) in retired:
        found = published.execute("from cluster_now(?)", [cluster]).fetchall()
        assert found in [[one] for one in clusters]
    # as if another account had founded a cluster once
    overtaken = published.execute(
        "select md5(account_id) as id_then, cluster_id from cluster_members "
        "where id_then <> cluster_id order by all limit 5"
    ).fetchall()
    assert overtaken
    for id_then, cluster in overtaken:
        assert published.execute("from cluster_now(?)", [id_then]).fetchall() == [
            (cluster,)
        ]
    assert published.execute("from cluster_now('of no cluster')").fetchall() == []


def test_a_run_says_what_it_was(built_warehouse: Path) -> None:
    with duckdb.connect(str(built_warehouse / DATABASE), read_only=True) as connection:
        run = connection.sql("from runs").to_arrow_table().to_pylist()
    assert len(run) == 1
    assert run[0]["status"] == "succeeded"
    assert run[0]["is_published"]
    assert run[0]["failure"] is None
    assert run[0]["input_formats"] == "native"
    assert "dbt tests passed" in run[0]["checks"]
    assert run[0]["duration_seconds"] > 0
    assert run[0]["ended_at"] > run[0]["started_at"]


# --- Runs that come later ----------------------------------------------------------


def test_an_open_reader_keeps_its_state(run_core: Run, copied_warehouse: Path) -> None:
    warehouse = Warehouse(copied_warehouse)
    before = os.readlink(warehouse.current)
    with duckdb.connect(str(copied_warehouse / DATABASE), read_only=True) as reader:
        assert reader.execute("select count(*) from runs").fetchall() == [(1,)]
        again = ("publish", "--warehouse", copied_warehouse)
        for _ in range(2):
            outcome = run_core(*again, "--target", warehouse.target)
            assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
        assert os.readlink(warehouse.current) != before
        assert reader.execute("select count(*) from runs").fetchall() == [(1,)]
        assert reader.execute("select count(*) from sessions").fetchall()[0][0] > 0
        # a new connection sees what is new, also of a process that holds an old one
        link = copied_warehouse / DATABASE
        assert all_rows(link, "select count(*) from runs") == [(3,)]
    assert len(list(warehouse.published.iterdir())) == 3


def test_rolling_back(run_core: Run, copied_warehouse: Path) -> None:
    warehouse = Warehouse(copied_warehouse)
    at = ("--warehouse", copied_warehouse)
    outcomes = [
        run_core("publish", *at, "--target", warehouse.target) for _ in range(2)
    ]
    assert [outcome.exit_code for outcome in outcomes] == [0, 0]
    first, second, third = sorted(
        (path.stat().st_mtime_ns, path.name) for path in warehouse.published.iterdir()
    )

    unknown = run_core("rollback", *at, "--to", "20010101T000000-abcdef")
    assert_stopped(unknown, 2)
    assert f"In force: {third[1]}" in unknown.stderr
    assert f"kept: {second[1]}, {first[1]}" in unknown.stderr

    outcome = run_core("rollback", *at)
    assert outcome.exit_code == 0, outcome.stderr
    assert os.readlink(warehouse.current) == f"published/{second[1]}"
    assert all_rows(copied_warehouse / DATABASE, "select count(*) from runs") == [(2,)]
    assert last_run(copied_warehouse)["action"] == "rollback"
    assert last_run(copied_warehouse)["published_run_id"] == second[1]

    outcome = run_core("publish", *at, "--target", warehouse.target)
    assert outcome.exit_code == 0, outcome.stderr
    told = all_rows(
        copied_warehouse / DATABASE,
        "select action, is_published, published_run_id from runs order by started_at",
    )
    assert told[-2:] == [
        ("rollback", False, second[1]),
        ("publish", True, last_run(copied_warehouse)["run_id"]),
    ]
    # not to the one that was rolled back from
    outcome = run_core("rollback", *at)
    assert outcome.exit_code == 0, outcome.stderr
    assert os.readlink(warehouse.current) == f"published/{second[1]}"


def test_a_build_that_was_cut_off_is_not_published(
    run_core: Run, copied_warehouse: Path
) -> None:
    """A plain `dbt build` that is killed leaves the report of the one before it."""
    warehouse = Warehouse(copied_warehouse)
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("update raw.invocation set invocation_id = 'a later one'")
    outcome = run_core(
        "publish", "--warehouse", copied_warehouse, "--target", warehouse.target
    )
    assert_stopped(outcome, 3)
    assert "a later dbt command" in outcome.stderr


def test_few_old_versions_stay(run_core: Run, copied_warehouse: Path) -> None:
    warehouse = Warehouse(copied_warehouse)
    crashed = warehouse.published / ".building-20200101T000000-abcdef"
    crashed.mkdir()
    for year in range(2001, 2006):
        (warehouse.published / f"{year}0101T000000-abcdef").mkdir()
    outcome = run_core(
        "publish", "--warehouse", copied_warehouse, "--target", warehouse.target
    )
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    versions = sorted(path.name for path in warehouse.published.iterdir())
    assert len(versions) == 3
    assert versions[0] == "20050101T000000-abcdef"
    assert os.readlink(warehouse.current) == f"published/{versions[-1]}"


def test_a_failed_build_changes_nothing_that_is_published(
    run_core: Run, awkward_logs: AwkwardLogs, copied_warehouse: Path
) -> None:
    warehouse = Warehouse(copied_warehouse)
    before = os.readlink(warehouse.current)
    logs = ("--logs", awkward_logs.folder, "--warehouse", copied_warehouse)
    outcome = run_core("run", *logs, EXTRACTION_WATCH_MEMORY="8MB")
    assert_stopped(outcome, 8)
    assert "Out of Memory" in outcome.stderr
    assert os.readlink(warehouse.current) == before
    assert last_run(copied_warehouse)["status"] == "failed"
    assert "Out of Memory" in last_run(copied_warehouse)["failure"]
    assert all_rows(copied_warehouse / DATABASE, "select count(*) from runs") == [(1,)]

    # Such a build cannot be published by hand either.
    by_hand = ("--warehouse", copied_warehouse, "--target", warehouse.target)
    assert_stopped(run_core("publish", *by_hand), 8)
    assert os.readlink(warehouse.current) == before


def test_a_critical_expectation_stops_publication(
    copied_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate itself has tests of its own: here it says no."""
    warehouse = Warehouse(copied_warehouse)
    before = os.readlink(warehouse.current)

    def refuse(database: Path, data_docs: Path) -> GateResult:
        assert database == warehouse.database
        check = Check(
            "accounts", "risk_score", "expect_x", "critical", "No.", False, 9, 3, None
        )
        table = TableResult("accounts", "Accounts.", 9, (check,))
        return GateResult(database, datetime(2026, 3, 2), (table,))

    monkeypatch.setattr(quality_gate, "is_available", lambda: True)
    monkeypatch.setattr(quality_gate, "run_quality_gate", refuse)
    with pytest.raises(CheckError, match=r"accounts\.risk_score"):
        run_module.publish(copied_warehouse, warehouse.target)
    assert os.readlink(warehouse.current) == before
    assert "accounts.risk_score" in last_run(copied_warehouse)["failure"]
    assert last_run(copied_warehouse)["checks_by"] == "dbt, great_expectations"


def test_a_wrecked_day_stops_publication_with_or_without_the_gate(
    copied_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(copied_warehouse)
    before = os.readlink(warehouse.current)
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(
            "update quality_days set stops_publication = true,"
            " quality_verdict = 'degraded', quality_reason = 'half is lost'"
            " where quality_date = (select max(quality_date) from quality_days)"
        )
        ((day,),) = connection.execute(
            "select max(quality_date) from quality_days"
        ).fetchall()
    monkeypatch.setattr(quality_gate, "is_available", lambda: False)
    with pytest.raises(CheckError, match=f"{day}: half is lost") as stopped:
        run_module.publish(copied_warehouse, warehouse.target)
    assert f"EXTRACTION_WATCH_ACCEPTED_DAYS={day}" in str(stopped.value)
    assert os.readlink(warehouse.current) == before
    assert last_run(copied_warehouse)["status"] == "failed"


# --- Two at a time -----------------------------------------------------------------


def test_a_second_run_says_who_is_at_work(
    run: Run, awkward_logs: AwkwardLogs, copied_warehouse: Path
) -> None:
    logged = (copied_warehouse / "runs.jsonl").read_text("utf-8")
    with Warehouse(copied_warehouse).lock():
        outcome = run(
            "run", "--logs", awkward_logs.folder, "--warehouse", copied_warehouse
        )
    assert_stopped(outcome, 6)
    assert f"Another run (process {os.getpid()}, since 20" in outcome.stderr
    assert (copied_warehouse / "runs.jsonl").read_text("utf-8") == logged


def test_publication_while_dbt_builds_says_so(
    run_core: Run, copied_warehouse: Path
) -> None:
    warehouse = Warehouse(copied_warehouse)
    with duckdb.connect(str(warehouse.database)):
        outcome = run_core(
            "publish", "--warehouse", copied_warehouse, "--target", warehouse.target
        )
    assert_stopped(outcome, 6)
    assert str(os.getpid()) in outcome.stderr


def test_a_warehouse_that_cannot_be_written_is_refused(
    run: Run, awkward_logs: AwkwardLogs, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    outcome = run(
        "run",
        *("--logs", awkward_logs.folder, "--warehouse", tmp_path / "file" / "w"),
    )
    assert_stopped(outcome, 5)
    assert "cannot be written" in outcome.stderr


def test_there_is_nothing_to_report_before_a_publication(
    run: Run, tmp_path: Path
) -> None:
    outcome = run("report", "--warehouse", tmp_path)
    assert_stopped(outcome, 5)
    assert "Nothing is published" in outcome.stderr


def test_a_report_fits_a_screen(run: Run, built_warehouse: Path) -> None:
    outcome = run("report", "--warehouse", built_warehouse)
    assert outcome.exit_code == 0, outcome.stderr
    assert len(outcome.stdout.splitlines()) < 60
    assert "Top clusters" in outcome.stdout


# --- Plain dbt, then publication ---------------------------------------------------


def test_what_plain_dbt_built_is_published(
    dbt: Run, run_core: Run, plain_build: PlainBuild, tmp_path: Path
) -> None:
    """As for people who schedule dbt: `dbt build`, then `publish`."""
    assert plain_build.outcome.exit_code == 0, plain_build.outcome.stdout
    warehouse, logs = tmp_path / "warehouse", plain_build.logs
    shutil.copytree(plain_build.warehouse, warehouse, symlinks=True)
    publish = ("publish", "--warehouse", warehouse)
    target = ("--target", warehouse / "work" / "target")

    outcome = run_core(*publish, "--target", tmp_path)
    assert_stopped(outcome, 3)
    assert "Run `dbt build` first" in outcome.stderr

    outcome = run_core(*publish, *target)
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    accounts = all_rows(warehouse / DATABASE, "select count(*) from accounts")
    assert accounts[0][0] > 100
    before = os.readlink(warehouse / "current")

    ran = dbt(warehouse, logs, "run", "--select", "run_parameters")
    assert ran.exit_code == 0, ran.stdout
    outcome = run_core(*publish, *target)
    assert_stopped(outcome, 3)
    assert "The last dbt command was not `dbt build`" in outcome.stderr

    part = ("evidence_families", "capability_days")
    selected = dbt(warehouse, logs, "build", "--select", *part)
    assert selected.exit_code == 0, selected.stdout
    outcome = run_core(*publish, *target)
    assert_stopped(outcome, 3)
    assert "part of the project" in outcome.stderr
    assert os.readlink(warehouse / "current") == before
