"""Feeding files bit by bit gives the tables of a full refresh over the same files.

On the way a check fails once: nothing of that run is published.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extraction_watch.warehouse import Warehouse
from tests.conftest import Outcome, PlainBuild, Run
from tests.integration.awkward_logs import AwkwardLogs
from tests.integration.tables import Tables, differences, read_tables

DATABASE = "extraction_watch.duckdb"
LATEST_RUN = "from runs order by started_at desc limit 1"


@dataclass(frozen=True)
class State:
    """What was published, the last row of `runs`, and how many rows were new."""

    version: str
    tables: Tables
    run: dict[str, Any]
    staged_rows: int
    unread_rows: int


@dataclass(frozen=True)
class History:
    """States of one warehouse, in the order in which they were published."""

    all_files: State
    changed_files: State
    full_refresh: State
    nothing_new: State


@dataclass(frozen=True)
class Story:
    """The history, how the run ended whose check failed, and all rows of `runs`."""

    history: History
    failed: Outcome
    version_after_failure: str
    runs: list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def story(
    run_core: Run,
    awkward_logs: AwkwardLogs,
    plain_build: PlainBuild,
    tmp_path_factory: pytest.TempPathFactory,
) -> Story:
    """Several runs over a folder in which files come, change and go."""
    root = tmp_path_factory.mktemp("incremental")
    logs, warehouse = root / "logs", root / "warehouse"
    shutil.copytree(plain_build.logs, logs)
    shutil.copytree(plain_build.warehouse, warehouse, symlinks=True)

    def state(*options: str) -> State:
        outcome = run_core("run", "--logs", logs, "--warehouse", warehouse, *options)
        assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
        return _state(warehouse)

    day_names = [f"api_requests/{path.name}" for path in awkward_logs.days]
    extra_names = [f"api_requests/{path.name}" for path in awkward_logs.extras]
    side_names = [path.name for path in awkward_logs.folder.glob("*.parquet")]
    for name in [*reversed(day_names), *extra_names, *side_names]:
        if name not in plain_build.files:
            shutil.copy2(awkward_logs.folder / name, logs / name)
    all_files = state()

    # One day comes again with fewer and other rows, one goes, as does the file of
    # conflicting rows; a few of them come back under another name.
    day = logs / day_names[3]
    rows = pq.read_table(day)
    changed = rows.slice(0, len(rows) - 40)
    tokens = pa.array([7] * len(changed), pa.int64())
    place = changed.schema.get_field_index("output_tokens")
    pq.write_table(changed.set_column(place, "output_tokens", tokens), day)
    (logs / day_names[5]).unlink()
    conflicting = logs / extra_names[2]
    lines = conflicting.read_text("utf-8").splitlines(keepends=True)
    conflicting.unlink()
    (logs / "api_requests" / "again.ndjson").write_text("".join(lines[:4]), "utf-8")
    changed_files = state()

    # The working state is damaged; a full refresh heals it.
    with duckdb.connect(str(Warehouse(warehouse).database)) as connection:
        connection.execute(
            "update stg_native__api_requests set account_id = null "
            "where request_id = (select min(request_id) from stg_native__api_requests)"
        )
    failed = run_core("run", "--logs", logs, "--warehouse", warehouse)
    version_after_failure = os.readlink(warehouse / "current")
    full_refresh = state("--full-refresh")
    _touch(logs)
    nothing_new = state()
    with duckdb.connect(str(warehouse / DATABASE), read_only=True) as connection:
        runs = connection.execute(
            "select status, is_published, failure is null, duration_seconds > 0 "
            "from runs order by started_at"
        ).fetchall()
    return Story(
        History(all_files, changed_files, full_refresh, nothing_new),
        failed,
        version_after_failure,
        runs,
    )


@pytest.fixture(scope="module")
def history(story: Story) -> History:
    """The states that were published."""
    return story.history


def _state(warehouse: Path) -> State:
    published = warehouse / DATABASE
    with duckdb.connect(str(published), read_only=True) as connection:
        run = connection.sql(LATEST_RUN).to_arrow_table().to_pylist()[0]
    work = Warehouse(warehouse).database
    with duckdb.connect(str(work), read_only=True) as connection:
        counts = [
            connection.execute(f"select count(*) from {relation}").fetchall()[0][0]
            for relation in (
                "main.stg_native__api_requests",
                "raw_native.api_requests__new",
            )
        ]
    version = os.readlink(warehouse / "current")
    return State(version, read_tables(published), run, counts[0], counts[1])


def _touch(folder: Path) -> None:
    """Give every file another time of modification; its content stays."""
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (1_800_000_000, 1_800_000_000))


def test_increments_equal_a_build_of_everything_at_once(
    history: History, built_warehouse: Path
) -> None:
    at_once = read_tables(built_warehouse / DATABASE)
    assert not differences(history.all_files.tables, at_once)


def test_changed_and_removed_files_equal_a_full_refresh(history: History) -> None:
    assert not differences(history.changed_files.tables, history.full_refresh.tables)


def test_nothing_new_is_read_and_nothing_changes(history: History) -> None:
    assert history.nothing_new.unread_rows == 0
    assert history.nothing_new.staged_rows == history.full_refresh.staged_rows
    assert not differences(history.nothing_new.tables, history.full_refresh.tables)


def test_the_history_is_worth_comparing(history: History) -> None:
    before, after = history.all_files.tables, history.changed_files.tables
    for table in ("clusters", "evidence", "requests_rejected", "prompt_families"):
        assert before[table][1], f"{table} is empty"
    assert differences(before, after)


def test_rows_are_accounted_for(history: History, awkward_logs: AwkwardLogs) -> None:
    run = history.all_files.run
    assert run["rows_read"] == awkward_logs.rows
    assert run["rows_duplicate"] == awkward_logs.duplicates
    assert run["rows_rejected"] == awkward_logs.conflicts
    assert run["rows_accepted"] == (
        awkward_logs.rows - awkward_logs.duplicates - awkward_logs.conflicts
    )


@pytest.mark.parametrize("name", list(History.__dataclass_fields__))
def test_counts_of_a_run_agree_with_its_tables(history: History, name: str) -> None:
    state: State = getattr(history, name)
    accounts, rejected = state.tables["accounts"], state.tables["requests_rejected"]
    requests = accounts[0].index("requests")
    accepted = sum(row[requests] for row in accounts[1])
    assert state.run["rows_accepted"] == accepted
    assert state.run["rows_rejected"] == len(rejected[1])
    assert state.run["rows_read"] == state.staged_rows
    assert state.run["rows_read"] == (
        accepted + len(rejected[1]) + state.run["rows_duplicate"]
    )


def test_of_conflicting_rows_the_earliest_stays(
    history: History, awkward_logs: AwkwardLogs
) -> None:
    columns, rows = history.all_files.tables["requests_rejected"]
    files = [row[columns.index("source_file")] for row in rows]
    later = files.count("api_requests/conflicting.jsonl")
    assert later == awkward_logs.conflicts / 2
    assert len(files) == awkward_logs.conflicts


def test_a_full_refresh_says_so(history: History) -> None:
    assert history.full_refresh.run["is_full_refresh"]
    assert not history.nothing_new.run["is_full_refresh"]


def test_ids_of_clusters_outlive_new_files(history: History) -> None:
    """What joins later never renames a cluster: an id goes only by a merge."""
    columns, rows = history.all_files.tables["cluster_lineage"]
    place = columns.index
    founded = {r[place("cluster_id")] for r in rows if r[place("event")] == "founded"}
    merged = {
        r[place("other_cluster_id")] for r in rows if r[place("event")] == "merged"
    }
    columns, rows = history.all_files.tables["clusters"]
    current = {row[columns.index("cluster_id")] for row in rows}
    assert current == founded - merged


def test_rows_of_removed_files_are_gone(history: History) -> None:
    columns, rows = history.changed_files.tables["requests_rejected"]
    files = {row[columns.index("source_file")] for row in rows}
    assert "api_requests/again.ndjson" in files
    assert "api_requests/conflicting.jsonl" not in files


def test_a_failed_check_changes_nothing_that_is_published(story: Story) -> None:
    assert story.failed.exit_code == 4, story.failed.stdout
    assert "not_null" in story.failed.stderr
    assert "Traceback" not in story.failed.stderr
    assert story.version_after_failure == story.history.changed_files.version


def test_a_failed_run_is_told_by_the_next_publication(story: Story) -> None:
    published, failed = (
        ("succeeded", True, True, True),
        ("failed", False, False, True),
    )
    assert story.runs == [published, published, failed, published, published]
