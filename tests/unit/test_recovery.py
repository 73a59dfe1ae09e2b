"""What killed runs leave, and what the next one makes of it. Needs no build."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from extraction_watch.inputs.forgotten import forget_accounts
from extraction_watch.kept_versions import (
    kept_versions,
    may_return,
    remove_old_versions,
    withdrawn,
)
from extraction_watch.publication import (
    begin_version,
    make_current,
    put_in_force,
)
from extraction_watch.recovery import ready_working_database, recover
from extraction_watch.run import recorded_run
from extraction_watch.run_log import Run, read_runs, record, start_run
from extraction_watch.warehouse import LockedError, Warehouse
from tests.conftest import PROJECT, TIMEOUT_SECONDS

CHANGES = ("open", "os.chmod", "os.mkdir", "os.rename", "os.symlink")
PEPPER = "a pepper that is for this test only"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "warehouse")
    made.prepare()
    return made


def finished_run(warehouse: Warehouse) -> Run:
    """A run that built and checked its tables, and is about to publish them."""
    run = start_run("duckdb", is_full_refresh=False)
    record(warehouse.run_log, run)
    run.status, run.failure, run.is_published = "succeeded", None, True
    run.published_run_id = run.run_id
    run.end()
    return run


def write_version(warehouse: Warehouse, run: Run) -> Path:
    aside = begin_version(warehouse, run.run_id)
    for name in ("extraction_watch.duckdb", "parquet/accounts.parquet"):
        (aside / name).write_text(run.run_id)
    return aside


def published(warehouse: Warehouse) -> Run:
    """A run whose small version is in force."""
    run = finished_run(warehouse)
    make_current(warehouse, write_version(warehouse, run), run)
    record(warehouse.run_log, run)
    return run


def rolled_back(warehouse: Warehouse, to: Run) -> Run:
    with recorded_run(warehouse, "duckdb", action="rollback") as run:
        put_in_force(warehouse, warehouse.published / to.run_id)
        run.status, run.failure = "succeeded", None
        run.published_run_id = to.run_id
    return run


def readers_find(warehouse: Warehouse) -> set[str]:
    """Ids of the runs whose files lie where readers look."""
    return {
        (warehouse.folder / name).read_text()
        for name in ("extraction_watch.duckdb", "parquet/accounts.parquet")
    }


# --- The lock ----------------------------------------------------------------------


def test_the_holder_is_named_with_its_time(warehouse: Warehouse) -> None:
    with warehouse.lock():
        words = rf"process {os.getpid()}, since 20.* UTC"
        with pytest.raises(LockedError, match=words), warehouse.lock():
            pass


def test_what_a_dead_process_wrote_locks_nothing(warehouse: Warehouse) -> None:
    (warehouse.work / "lock").write_text("999999999 2026-03-01 00:00:00")
    with warehouse.lock():
        assert (warehouse.work / "lock").read_text().startswith(f"{os.getpid()} ")


def test_what_a_killed_run_started_ends_with_it(warehouse: Warehouse) -> None:
    """Its lock is held until then; afterwards the next run may begin."""
    command = [sys.executable, "-m", "tests.integration.endless", str(warehouse.folder)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "at work\n"
        with pytest.raises(LockedError), warehouse.lock():
            pass
        os.kill(holder.pid, signal.SIGKILL)
        # the child has the pipe too: it is at its end when both are gone
        assert holder.stdout.read() == ""
        holder.wait(TIMEOUT_SECONDS)
    with warehouse.lock():
        pass


# --- The run log -------------------------------------------------------------------


def test_a_line_that_was_cut_off_spoils_no_other(warehouse: Warehouse) -> None:
    first, second = finished_run(warehouse), start_run("duckdb", False)
    record(warehouse.run_log, first)
    whole = warehouse.run_log.read_bytes()
    for cut in (whole[:-1], whole[:-20], whole + b'{"failure": "}', whole + b"\0\0"):
        warehouse.run_log.write_bytes(cut)
        record(warehouse.run_log, second)
        runs = {run.run_id: run for run in read_runs(warehouse.run_log)}
        assert set(runs) == {first.run_id, second.run_id}
        assert runs[second.run_id].status == "failed"


def test_a_run_that_is_told_to_end_says_so(warehouse: Warehouse) -> None:
    with pytest.raises(KeyboardInterrupt), recorded_run(warehouse, "duckdb"):
        raise KeyboardInterrupt
    (run,) = read_runs(warehouse.run_log)
    assert (run.status, run.failure) == ("failed", "KeyboardInterrupt: ")
    assert run.duration_seconds is not None


# --- Publication -------------------------------------------------------------------


def test_killed_at_every_step_of_a_publication(warehouse: Warehouse) -> None:
    """Readers find the old or the new version, and the next run all in order."""
    before = [published(warehouse) for _ in range(2)]
    step, ended = 0, False
    while not ended:
        step += 1
        run = finished_run(warehouse)
        ended = _publish_killed_at(warehouse, run, step)
        found = readers_find(warehouse)
        assert found in ({before[-1].run_id}, {run.run_id})
        recover(warehouse)
        assert readers_find(warehouse) == found
        logged = {one.run_id: one for one in read_runs(warehouse.run_log)}[run.run_id]
        assert logged.is_published == (found == {run.run_id})
        if logged.is_published:
            before.append(run)
        names = {path.name for path in warehouse.published.iterdir()}
        assert names == {one.run_id for one in before}
        assert not [*warehouse.folder.glob(".*"), *warehouse.work.glob(".*")]
    assert step > 8
    assert len(before) > 3


def _publish_killed_at(warehouse: Warehouse, run: Run, step: int) -> bool:
    """Whether a publication in a process of its own came to its end."""
    child = os.fork()
    if child == 0:
        left = step

        def look(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event not in CHANGES:
                return
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(look)
            make_current(warehouse, write_version(warehouse, run), run)
            record(warehouse.run_log, run)
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code == 0


def test_old_versions_are_kept_as_told(warehouse: Warehouse) -> None:
    runs = [published(warehouse) for _ in range(5)]
    for kept in (3, 1, 0):
        remove_old_versions(warehouse, read_runs(warehouse.run_log), kept)
        names = {path.name for path in warehouse.published.iterdir()}
        assert names == {run.run_id for run in runs[4 - kept :]}


# --- Rolling back ------------------------------------------------------------------


def test_the_version_that_was_good_outlives_the_one_rolled_back_from(
    warehouse: Warehouse,
) -> None:
    first, second, third = (published(warehouse) for _ in range(3))
    rolled_back(warehouse, first)
    fourth = published(warehouse)
    runs = read_runs(warehouse.run_log)
    order = [path.name for path in kept_versions(warehouse, runs)]
    assert order == [second.run_id, third.run_id, first.run_id]
    assert withdrawn(runs) == {third.run_id}
    remove_old_versions(warehouse, runs, 1)
    names = {path.name for path in warehouse.published.iterdir()}
    assert names == {first.run_id, fourth.run_id}


def test_a_rollback_that_was_cut_off_is_told_as_what_it_did(
    warehouse: Warehouse,
) -> None:
    first, _ = published(warehouse), published(warehouse)
    run = start_run("duckdb", False, action="rollback")
    record(warehouse.run_log, run)
    put_in_force(warehouse, warehouse.published / first.run_id)
    recover(warehouse)
    last = read_runs(warehouse.run_log)[-1]
    assert (last.run_id, last.status) == (run.run_id, "succeeded")
    assert last.published_run_id == first.run_id


def test_nothing_from_before_a_forgetting_returns(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTRACTION_WATCH_PEPPER", PEPPER)
    before = published(warehouse)
    forget_accounts(warehouse.folder, ["a1"])
    after = published(warehouse)
    published(warehouse)
    assert not may_return(warehouse, warehouse.published / before.run_id)
    assert may_return(warehouse, warehouse.published / after.run_id)
    remove_old_versions(warehouse, read_runs(warehouse.run_log), 5)
    assert not (warehouse.published / before.run_id).exists()
    assert (warehouse.published / after.run_id).exists()


def test_versions_of_before_there_were_rollbacks_stay(warehouse: Warehouse) -> None:
    run = published(warehouse)
    published(warehouse)
    old = json.loads(warehouse.run_log.read_text().splitlines()[1])
    del old["published_run_id"], old["action"]
    warehouse.run_log.write_text(json.dumps(old) + "\n")
    recover(warehouse)
    assert (warehouse.published / run.run_id).exists()


# --- The working database ----------------------------------------------------------


def test_a_working_database_that_was_cut_off_is_made_anew(
    warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("create table t as select range as n from range(100000)")
    whole = warehouse.database.read_bytes()
    ready_working_database(warehouse)
    assert warehouse.database.exists()
    for cut in (b"", whole[:5000], b"x" * 20000, whole[: len(whole) // 2]):
        warehouse.database.write_bytes(cut)
        ready_working_database(warehouse)
        assert not warehouse.database.exists()
        assert "is made anew" in capsys.readouterr().out


def test_a_working_database_in_use_is_not_removed(warehouse: Warehouse) -> None:
    """Two processes that each believe a file to be theirs would ruin it."""
    code = (
        "import duckdb, sys; held = duckdb.connect(sys.argv[1]); "
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(warehouse.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        for anew in (False, True):
            with pytest.raises(LockedError, match=str(other.pid)):
                ready_working_database(warehouse, anew)
    assert warehouse.database.exists()
    spilled = warehouse.work / "spill" / "duckdb_temp_storage_DEFAULT-0.tmp"
    spilled.parent.mkdir()
    spilled.write_text("")
    ready_working_database(warehouse, anew=True)
    assert not warehouse.database.exists()
    assert not spilled.exists()


def test_what_is_no_leftover_of_ours_stays(warehouse: Warehouse) -> None:
    theirs = [warehouse.folder / ".gitignore", warehouse.work / ".notes"]
    ours = [
        warehouse.folder / ".current.123",
        warehouse.work / ".file_hashes.json.abc",
        warehouse.work / ".extraction_watch_work.duckdb.123",
        warehouse.published / ".building-20260301T000000-abcdef",
    ]
    for path in (*theirs, *ours):
        path.write_text("")
    recover(warehouse)
    assert all(path.exists() for path in theirs)
    assert not any(path.exists() for path in ours)
