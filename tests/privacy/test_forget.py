"""From the logs to the published files: what must not come out, and what must go.

One warehouse is taken through its life: two accounts are forgotten while new logs come
in, it is reported on, and refreshed with fewer days.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from extraction_watch.warehouse import Warehouse
from tests.conftest import PROJECT, Outcome, Run
from tests.integration.awkward_logs import AwkwardLogs
from tests.privacy.planted import HOSTILE_IDS, PARTS, SECRETS, write_planted_logs

PEPPER = "a pepper that is for this test only"
OTHER_PEPPER = "quite another pepper, of the same length"
KEPT_DAYS = 5
MARK = "<forgotten>"
UNKNOWN = "an-id-with-a-mistake"


Contents = dict[str, str]
"""File of a warehouse -> its bytes as text, and the values of its tables."""


class Life(NamedTuple):
    """The warehouse at the end, and what was seen and said on the way.

    A cluster was named after `member`, `hostile` is one of the hostile ids; both were
    forgotten. `logs`: file -> content and time before anything was done. `accounts`:
    ids published after forgetting.
    """

    warehouse: Warehouse
    member: str
    hostile: str
    logs: dict[Path, tuple[bytes, int]]
    outcomes: dict[str, Outcome]
    accounts: set[str]
    before: Contents
    forgotten: Contents
    refreshed: Contents


@pytest.fixture(scope="module")
def life(
    run_core: Run,
    built_warehouse: Path,
    awkward_logs: AwkwardLogs,
    tmp_path_factory: pytest.TempPathFactory,
) -> Life:
    root = tmp_path_factory.mktemp("life")
    logs = Path(shutil.copytree(awkward_logs.folder, root / "logs"))
    shutil.copytree(built_warehouse, root / "warehouse", symlinks=True)
    warehouse = Warehouse(root / "warehouse")
    warehouse.remember_logs("native", logs)
    ((member,),) = rows(
        warehouse,
        "select min(account_id) from cluster_members "
        "where md5(account_id) = cluster_id",
    )
    hostile = HOSTILE_IDS[0]
    _leave_traces(warehouse, [member, hostile])
    before = contents(warehouse)
    write_planted_logs(logs, member)
    stamps = _stamps(logs)
    at = ("--warehouse", warehouse.folder)
    told = ("--account", member, f"--account={hostile}", "--account", UNKNOWN)
    secret = {"EXTRACTION_WATCH_PEPPER": PEPPER}
    outcomes = {"forget without pepper": run_core("forget", *at, *told)}
    outcomes["forget"] = run_core("forget", *at, *told, **secret)
    outcomes["report"] = run_core("report", *at)
    accounts = {one for (one,) in rows(warehouse, "select account_id from accounts")}
    forgotten = contents(warehouse)
    for name, pepper in (("without pepper", ""), ("with another", OTHER_PEPPER)):
        outcomes[f"run {name}"] = run_core(
            "run", "--logs", logs, *at, EXTRACTION_WATCH_PEPPER=pepper
        )
    outcomes["full refresh"] = run_core(
        *("run", "--logs", logs, *at, "--full-refresh"),
        EXTRACTION_WATCH_RETENTION_DAYS=KEPT_DAYS,
        **secret,
    )
    return Life(
        warehouse,
        member,
        hostile,
        stamps,
        outcomes,
        accounts,
        before,
        forgotten,
        refreshed=contents(warehouse),
    )


def _stamps(logs: Path) -> dict[Path, tuple[bytes, int]]:
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(logs.rglob("*"))
        if path.is_file()
    }


def _leave_traces(warehouse: Warehouse, accounts: list[str]) -> None:
    """What runs of other days and kinds leave: a kept version, pages, logs, spills."""
    current = warehouse.current.resolve()
    shutil.copytree(current, current.with_name("20200101T000000-abcdef"))
    text = " and ".join(accounts)
    clusters = [hashlib.md5(one.encode()).hexdigest() for one in accounts]
    sanitised, spill = (warehouse.work / name for name in ("sanitised", "spill"))
    spark = warehouse.work / "spark" / "tables"
    for folder in (sanitised, spill, spark):
        folder.mkdir(parents=True, exist_ok=True)
    (sanitised / "copy.jsonl").write_text(json.dumps(text))
    (spill / "left.tmp").write_text(text)
    (warehouse.data_docs / "accounts.html").write_text(f"<td>{text}</td>")
    (warehouse.logs / "dbt.log").write_text(f"failed for {text}\n")
    with duckdb.connect() as connection:
        for path in (spark / "part.parquet", warehouse.work / "timeline.parquet"):
            connection.execute(
                f"copy (select unnest(?) as account_id) to '{path}'",
                [[*accounts, "somebody else"]],
            )
        # a back-test tells of clusters too
        connection.execute(
            f"copy (select 'cluster' as entity_type, unnest(?) as entity_id, "
            "'high' as risk_band, 9::bigint as requests_before, "
            "9::bigint as tokens_before, 9::bigint as tokens_after, "
            f"timestamp '2026-03-02' as first_reached_at) to '{warehouse.timeline}'",
            [[*clusters, "f" * 32]],
        )
    with warehouse.run_log.open("a") as file:
        failed = {
            "run_id": "20200101T000000-abcdef",
            "engine": "duckdb",
            "started_at": "2020-01-01 00:00:00",
            "failure": f"CheckError: {text} are odd, and {clusters[0]}",
        }
        file.write(json.dumps(failed) + "\n")


def contents(warehouse: Warehouse) -> Contents:
    """All files of the warehouse; links lead to the logs or to other files of it."""
    return {
        path.relative_to(warehouse.folder).as_posix(): _content(path)
        for path in sorted(warehouse.folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def _content(path: Path) -> str:
    return "\n".join([path.read_bytes().decode("utf-8", "replace"), *_values(path)])


def holders(found: Contents, text: str) -> list[str]:
    """Files with the text in them, as it is or as JSON writes it."""
    forms = {text, json.dumps(text)[1:-1]}
    return [name for name, content in found.items() if any(f in content for f in forms)]


def _values(path: Path) -> Iterator[str]:
    """Every text in a database or Parquet file, which may be compressed there."""
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            connection.execute(f"create view file as from '{path}'")
            yield from _texts(connection, "file")
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables()"
            ).fetchall()
            for (table,) in tables:
                yield from _texts(connection, table)


def _texts(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    columns = connection.execute(f"describe from {table}").fetchall()
    for name, kind, *_ in columns:
        if "VARCHAR" in kind:
            rows = connection.execute(
                f'select distinct cast("{name}" as varchar) from {table} '
                f'where "{name}" is not null'
            )
            yield from (value for (value,) in rows.fetchall())


def rows(warehouse: Warehouse, query: str, *values: object) -> list[tuple[Any, ...]]:
    database = str(warehouse.folder / "extraction_watch.duckdb")
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(query, values).fetchall()


# --- What comes out ------------------------------------------------------------------


def test_all_goes_well(life: Life) -> None:
    for name in ("forget", "report", "full refresh"):
        outcome = life.outcomes[name]
        assert outcome.exit_code == 0, outcome.stdout + outcome.stderr


def test_planted_secrets_are_in_no_file(life: Life) -> None:
    """Neither in what is published nor in the working state."""
    published = "".join(
        content for name, content in life.forgotten.items() if "/parquet/" in name
    )
    assert "answer that the customer <name> (<email>" in published
    assert "not <number>" in published
    for found in (life.forgotten, life.refreshed):
        for secret in (*SECRETS.values(), *PARTS):
            assert holders(found, secret) == []


def test_hostile_ids_pass_unharmed(life: Life) -> None:
    assert {*HOSTILE_IDS} - life.accounts == {life.hostile}
    for folder in (PROJECT, life.warehouse.folder, *life.logs, Path("/tmp")):
        assert not (folder / "pwned").exists()


def test_a_report_steers_no_terminal(life: Life) -> None:
    shown = life.outcomes["report"].stdout
    assert "Top accounts" in shown
    assert not [c for c in shown if not c.isprintable() and c != "\n"]


def test_the_pepper_is_written_nowhere(life: Life) -> None:
    hashes = rows(life.warehouse, "select count(identity) from shared_identities")
    assert hashes[0][0] > 0
    for pepper in (PEPPER, OTHER_PEPPER):
        assert holders(life.forgotten | life.refreshed, pepper) == []
        for outcome in life.outcomes.values():
            assert pepper not in outcome.stdout + outcome.stderr


# --- Forgetting ----------------------------------------------------------------------


def test_the_accounts_were_everywhere(life: Life) -> None:
    """Otherwise that they are nowhere later would prove nothing."""
    traces = {
        "data_docs/accounts.html",
        "runs.jsonl",
        "work/logs/dbt.log",
        "work/sanitised/copy.jsonl",
        "work/spark/tables/part.parquet",
        "work/spill/left.tmp",
        "work/timeline.parquet",
    }
    tables = {
        "work/extraction_watch_work.duckdb",
        "published/20200101T000000-abcdef/extraction_watch.duckdb",
        "published/20200101T000000-abcdef/parquet/evidence.parquet",
    }
    assert {*holders(life.before, life.member)} > traces | tables
    assert {*holders(life.before, life.hostile)} == traces


def test_nothing_of_them_is_left_in_any_file(life: Life) -> None:
    for account in (life.member, life.hostile):
        assert holders(life.forgotten, account) == []
    assert "forgotten: 3; nothing in" in life.outcomes["forget"].stdout


def test_a_full_refresh_brings_nobody_back(life: Life) -> None:
    for account in (life.member, life.hostile):
        assert holders(life.refreshed, account) == []


def test_no_cluster_is_named_after_one(life: Life) -> None:
    """Not in the history of earlier ids either, which tells of the others."""
    name = hashlib.md5(life.member.encode()).hexdigest()
    assert len(holders(life.before, name)) > 1
    assert holders(life.forgotten, name) == holders(life.refreshed, name) == []
    ((changes,),) = rows(
        life.warehouse,
        "select count(*) from cluster_lineage where known_from = 'publications'",
    )
    assert changes > 0


def test_the_others_stay(life: Life) -> None:
    assert "somebody else" in life.refreshed["work/timeline.parquet"]
    shown = f"CheckError: {MARK} and {MARK} are odd, and {MARK}"
    assert shown in life.refreshed["runs.jsonl"]
    assert rows(life.warehouse, "select entity_id from detection_timeline") == [
        ("f" * 32,)
    ]


def test_an_id_that_is_nowhere_is_told(life: Life) -> None:
    shown = life.outcomes["forget"].stdout
    assert "account 3 of 3 is nowhere" in shown
    assert shown.count("is nowhere") == 1


def test_the_logs_are_not_touched_but_listed(life: Life) -> None:
    for path, stamp in life.logs.items():
        assert (path.read_bytes(), path.stat().st_mtime_ns) == stamp
    listed = {
        Path(line.strip())
        for line in life.outcomes["forget"].stdout.splitlines()
        if line.startswith("  /")
    }
    holding = {
        path
        for path in life.logs
        for account in (life.member, life.hostile)
        if holders({"": _content(path)}, account)
    }
    assert listed == holding
    assert 1 < len(holding) < len(life.logs)


@pytest.mark.parametrize("name", ["without pepper", "with another"])
def test_no_run_without_the_pepper_of_the_tombstones(life: Life, name: str) -> None:
    outcome = life.outcomes[f"run {name}"]
    assert outcome.exit_code == 2
    assert "EXTRACTION_WATCH_PEPPER" in outcome.stderr
    assert "come back" in outcome.stderr


def test_nobody_is_forgotten_without_a_pepper(life: Life) -> None:
    outcome = life.outcomes["forget without pepper"]
    assert outcome.exit_code == 2
    assert "EXTRACTION_WATCH_PEPPER" in outcome.stderr


# --- Retention -----------------------------------------------------------------------


def test_old_requests_drop_out_of_all_tables(life: Life) -> None:
    with duckdb.connect(str(life.warehouse.database), read_only=True) as connection:
        (span,) = connection.execute(
            "select min(requested_at), max(requested_at) from staged_requests"
        ).fetchall()
        (stored,) = connection.execute(
            "select min(requested_at), max(requested_at) from stg_native__api_requests"
        ).fetchall()
    assert span == stored
    first, last = span
    assert KEPT_DAYS - 1 < (last - first).total_seconds() / 86400 <= KEPT_DAYS
    begin = datetime.combine(first.date(), datetime.min.time())
    for table, column in (
        ("sessions", "started_at"),
        ("accounts", "first_seen_at"),
        ("account_days", "activity_date"),
        ("cluster_days", "activity_date"),
    ):
        ((earliest,),) = rows(life.warehouse, f"select min({column}) from {table}")
        assert datetime(*earliest.timetuple()[:6]) >= begin


# --- make ----------------------------------------------------------------------------


@pytest.mark.parametrize("account", [one for one in HOSTILE_IDS if "\n" not in one])
def test_make_takes_an_id_for_no_command(tmp_path: Path, account: str) -> None:
    show = tmp_path / "show"
    show.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    show.chmod(0o700)
    ended = subprocess.run(
        [
            *("make", "--silent", "-f", PROJECT / "Makefile", "-o", ".venv/.core"),
            *("forget", f"RUN={show}", "WAREHOUSE=w", f"ACCOUNT={account}"),
        ],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    expected = f"forget\n--warehouse\nw\n--account={account}\n"
    assert ended.stdout.decode() == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["show"]
