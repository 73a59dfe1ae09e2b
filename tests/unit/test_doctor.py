"""`make doctor`: each thing that can be wrong is named, with what to do."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from extraction_watch.doctor import machine
from extraction_watch.doctor.__main__ import main
from extraction_watch.doctor.check import Check
from extraction_watch.doctor.logs import BLIND_WITHOUT_COLUMNS, BLIND_WITHOUT_TABLE
from extraction_watch.inputs import load_sources
from extraction_watch.inputs.forgotten import forget_accounts
from extraction_watch.run_log import record, start_run
from extraction_watch.warehouse import Warehouse
from tests.bad_input.corpus import good_row
from tests.conftest import PROJECT
from tests.integration.awkward_logs import write_json_lines

FIXTURES = PROJECT / "tests" / "fixtures"
PEPPER = "a pepper that is for this test only"
Seen = dict[str, tuple[str, str]]
Doctor = Callable[..., tuple[int, Seen]]


@pytest.fixture
def doctor(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Doctor:
    """Its exit code, and status and message by name."""
    monkeypatch.setenv("EXTRACTION_WATCH_PEPPER", PEPPER)

    def run(*options: object) -> tuple[int, Seen]:
        code = main([*map(str, options), "--json"])
        shown = capsys.readouterr().out
        assert PEPPER not in shown
        checks = [json.loads(line) for line in shown.splitlines()]
        return code, {one["name"]: (one["status"], one["message"]) for one in checks}

    return run


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse that nobody else can read."""
    folder = tmp_path / "warehouse"
    folder.mkdir(mode=0o700)
    found = Warehouse(folder)
    found.prepare()
    return found


def check(seen: Seen, name: str, status: str, *words: str) -> None:
    found, message = seen[name]
    assert found == status, message
    assert [word for word in words if word not in message] == [], message


# --- The machine ---------------------------------------------------------------------


def test_here_all_is_well(doctor: Doctor) -> None:
    code, seen = doctor()
    assert code == 0
    for name in ("python", "packages (core)", "packages (quality)", "pepper"):
        check(seen, name, "ok")


def test_lines_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    *lines, counts = capsys.readouterr().out.splitlines()
    assert all(line.split()[0] in ("ok", "warn", "fail") for line in lines)
    assert counts.endswith("0 fail")


def test_an_old_python_is_told(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PYTHON_MIN", (4, 0))
    code, seen = doctor()
    assert code == 1
    check(seen, "python", "fail", "install 4.0")


def test_packages_are_compared_with_the_lock(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "PROJECT", tmp_path)
    (tmp_path / "requirements").mkdir()
    lock = tmp_path / "requirements" / "core.txt"
    lock.write_text("duckdb==0.1 \\\n    --hash=sha256:00\n")
    _, seen = doctor()
    check(seen, "packages (core)", "warn", "duckdb", "instead of 0.1")
    lock.write_text("no-such-package==1.0 ; sys_platform == 'none'\n")
    _, seen = doctor()
    check(seen, "packages (core)", "ok")
    lock.write_text("no-such-package==1.0\n")
    code, seen = doctor()
    assert code == 1
    check(seen, "packages (core)", "fail", "no-such-package", "requirements/core.txt")


@pytest.mark.parametrize(
    ("said", "spark", "words"),
    [
        (None, "fail", "install Java"),
        ('openjdk version "11.0.2" 2020', "fail", "is 11"),
        ('java version "1.8.0_292"', "fail", "is 8"),
        ('openjdk version "21.0.1" 2023', "ok", "21"),
    ],
)
def test_java_is_for_spark(
    doctor: Doctor,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    said: str | None,
    spark: str,
    words: str,
) -> None:
    (tmp_path / "bin").mkdir()
    if said is not None:
        java = tmp_path / "bin" / "java"
        java.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
        java.chmod(0o700)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    _, seen = doctor()
    check(seen, "java", "ok", words)
    _, seen = doctor("--engine", "spark")
    check(seen, "java", spark, words)


@pytest.mark.parametrize(("pepper", "words"), [("", "not set"), ("short", "guessed")])
def test_a_pepper_that_is_none(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, pepper: str, words: str
) -> None:
    monkeypatch.setenv("EXTRACTION_WATCH_PEPPER", pepper)
    _, seen = doctor()
    check(seen, "pepper", "warn", words)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EXTRACTION_WATCH_MEMORY", "lots"),
        ("EXTRACTION_WATCH_LOG", "xml"),
        ("EXTRACTION_WATCH_ACCEPTED_DAYS", "yesterday"),
    ],
)
def test_a_setting_that_a_run_refuses(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    code, seen = doctor()
    assert code == 1
    check(seen, "settings", "fail", name)


def test_nothing_steers_a_terminal() -> None:
    shown = str(Check("last run", "warn", "failed: \x1b[2J\n\udcff"))
    assert shown == "warn  last run: failed: \\x1b[2J\\n\\udcff"


# --- The warehouse -------------------------------------------------------------------


def test_a_warehouse_that_is_not_there_yet(doctor: Doctor, tmp_path: Path) -> None:
    code, seen = doctor("--warehouse", tmp_path / "new")
    assert code == 0
    check(seen, "warehouse", "ok", "will be made")
    assert not (tmp_path / "new").exists()


def test_a_warehouse_that_cannot_be_written(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, seen = doctor("--warehouse", tmp_path / "file" / "warehouse")
    assert code == 1
    check(seen, "warehouse", "fail", "cannot be written", "WAREHOUSE=")


def test_a_sound_warehouse(doctor: Doctor, warehouse: Warehouse) -> None:
    code, seen = doctor("--warehouse", warehouse.folder)
    assert code == 0
    assert {status for status, _ in seen.values()} == {"ok"}


def test_no_room(
    doctor: Doctor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 10**8})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    code, seen = doctor("--warehouse", warehouse.folder)
    assert code == 1
    check(seen, "disk space", "fail", "0.1 GB free", "make room")


def test_files_that_others_can_read(doctor: Doctor, warehouse: Warehouse) -> None:
    path = warehouse.work / "notes.txt"
    path.write_text("")
    path.chmod(0o644)
    _, seen = doctor("--warehouse", warehouse.folder)
    check(seen, "modes", "warn", "notes.txt", "chmod -R go=")


def test_somebody_at_work(doctor: Doctor, warehouse: Warehouse) -> None:
    with warehouse.lock():
        _, seen = doctor("--warehouse", warehouse.folder)
    check(seen, "lock", "warn", f"process {os.getpid()}")


def test_tombstones_of_another_pepper(
    doctor: Doctor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_accounts(warehouse.folder, ["a1"], {"EXTRACTION_WATCH_PEPPER": PEPPER})
    _, seen = doctor("--warehouse", warehouse.folder)
    check(seen, "forgotten accounts", "ok", "1")
    monkeypatch.setenv("EXTRACTION_WATCH_PEPPER", PEPPER.upper())
    code, seen = doctor("--warehouse", warehouse.folder)
    assert code == 1
    check(seen, "forgotten accounts", "fail", "come back")


def test_a_damaged_database(doctor: Doctor, warehouse: Warehouse) -> None:
    warehouse.database.write_bytes(b"no database" * 1000)
    code, seen = doctor("--warehouse", warehouse.folder)
    assert code == 1
    check(seen, "working database", "fail", "remove")


def test_the_last_run_failed(doctor: Doctor, warehouse: Warehouse) -> None:
    run = start_run("duckdb", is_full_refresh=False)
    run.failure = "BuildError: out of memory\nmore"
    record(warehouse.run_log, run)
    _, seen = doctor("--warehouse", warehouse.folder)
    check(seen, "last run", "warn", "out of memory;")


@pytest.fixture
def staged(warehouse: Warehouse) -> Callable[[dict[str, Any]], None]:
    """Writes what dbt would say of a build that staged rows."""
    with duckdb.connect(str(warehouse.database)):
        pass

    def write(manifest: dict[str, Any]) -> None:
        path = warehouse.target / "manifest.json"
        path.write_text(json.dumps(manifest))

    return write


def test_rows_that_older_code_staged(
    doctor: Doctor,
    warehouse: Warehouse,
    staged: Callable[[dict[str, Any]], None],
) -> None:
    model = "models/staging/native/stg_native__api_requests.sql"
    text = (PROJECT / model).read_text("utf-8").strip()
    node = {
        "config": {"materialized": "incremental"},
        "original_file_path": model,
        "checksum": {"checksum": hashlib.sha256(text.encode()).hexdigest()},
        "depends_on": {"macros": ["macro.m"]},
    }
    macro = {
        "package_name": "extraction_watch",
        "original_file_path": "macros/raw.sql",
        "macro_sql": "{% macro raw(source_name, table_name) %}",
    }
    for change, words in (
        ({}, None),
        ({"macro_sql": "{% macro raw(other) %}"}, "macros/raw.sql"),
    ):
        staged({"nodes": {"n": node}, "macros": {"macro.m": macro | change}})
        _, seen = doctor("--warehouse", warehouse.folder)
        if words is None:
            check(seen, "staged rows", "ok")
        else:
            check(seen, "staged rows", "warn", words, "FULL_REFRESH=1")
    node["checksum"] = {"checksum": "of another text"}
    staged({"nodes": {"n": node}, "macros": {"macro.m": macro}})
    _, seen = doctor("--warehouse", warehouse.folder)
    check(seen, "staged rows", "warn", model)


# --- The logs ------------------------------------------------------------------------


@pytest.mark.parametrize("log_format", ["native", "litellm", "otel_genai"])
def test_formats_are_recognised(doctor: Doctor, log_format: str) -> None:
    code, seen = doctor("--logs", FIXTURES / log_format)
    assert code == 0
    assert seen["logs"][1].startswith(f"{log_format};")


def test_no_logs(doctor: Doctor, tmp_path: Path) -> None:
    code, seen = doctor("--logs", tmp_path)
    assert code == 1
    check(seen, "logs", "fail", "holds no api_requests", "holds no spend_logs")


def test_an_unknown_format(doctor: Doctor, tmp_path: Path) -> None:
    code, seen = doctor("--logs", tmp_path, "--log-format", "x;y")
    assert code == 1
    check(seen, "logs", "fail", "x;y is unknown", "litellm, native, otel_genai")


def test_the_first_error_is_told(doctor: Doctor, tmp_path: Path) -> None:
    rows = [good_row(number) for number in range(6)]
    rows[3]["output_tokens"] = "many"
    write_json_lines(tmp_path / "api_requests.jsonl", rows)
    code, seen = doctor("--logs", tmp_path)
    assert code == 0
    check(seen, "logs", "warn", "5 of the first 6", "row 4: the value of output_tokens")


def test_mostly_unusable_rows_are_no_format(doctor: Doctor, tmp_path: Path) -> None:
    rows = [good_row(number, account_id=None) for number in range(6)]
    write_json_lines(tmp_path / "api_requests.jsonl", rows)
    code, seen = doctor("--logs", tmp_path, "--log-format", "native")
    assert code == 1
    check(seen, "logs", "fail", "0 of the first 6", "row 1 lacks one of")


def test_what_will_be_blind_is_told(doctor: Doctor, tmp_path: Path) -> None:
    rows = [good_row(number, prompt=None) for number in range(6)]
    write_json_lines(tmp_path / "api_requests.jsonl", rows)
    _, seen = doctor("--logs", tmp_path)
    check(seen, "table accounts", "warn", "signup_burst")
    check(seen, "table verdicts", "ok", "optional")
    check(seen, "column prompt", "warn", "work_list_sweep")
    check(seen, "column client_session_id or prompt", "warn", "continued_conversation")
    assert "column output_tokens" not in seen


def test_signals_tables_and_columns_have_the_names_of_the_project() -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    blind = [*BLIND_WITHOUT_TABLE.values(), *BLIND_WITHOUT_COLUMNS.values()]
    assert {signal for signals in blind for signal in signals} <= {
        *project["vars"]["signals"]
    }
    native = load_sources()["native"]
    assert BLIND_WITHOUT_TABLE.keys() <= {table.name for table in native.tables}
    columns = {column.name for column in native.main_table.columns}
    assert {name for names in BLIND_WITHOUT_COLUMNS for name in names} <= columns
