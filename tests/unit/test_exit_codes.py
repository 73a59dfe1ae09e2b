"""What a scheduler is told."""

import errno
import json

import duckdb
import pytest

from extraction_watch.__main__ import _failed
from extraction_watch.console import complain, say
from extraction_watch.dbt_build import BuildError, CheckError
from extraction_watch.exit_codes import Exit, Terminated, exit_code
from extraction_watch.inputs import InputError
from extraction_watch.quality_gate import QualityGateError
from extraction_watch.quiet_connection import connect
from extraction_watch.warehouse import LockedError, WarehouseError

ERRORS = [
    (InputError("no such folder"), 2),
    (BuildError("Binder Error"), 3),
    (CheckError("unique_accounts: fail"), 4),
    (QualityGateError("no database"), 4),
    (WarehouseError("nothing is published"), 5),
    (PermissionError(errno.EACCES, "Permission denied"), 5),
    (LockedError("another run"), 6),
    (OSError(errno.ENOSPC, "No space left on device"), 7),
    (OSError(errno.EFBIG, "File too large"), 7),
    (BuildError("IO Error: Could not write: No space left on device"), 7),
    (duckdb.IOException("failed to offload: 'max_temp_directory_size'"), 7),
    (MemoryError(), 8),
    (BuildError("Out of Memory Error: could not allocate block"), 8),
    (KeyboardInterrupt(), 130),
    (Terminated("SIGTERM"), 143),
    (ZeroDivisionError(), 1),
]


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=lambda one: repr(one)[:40])
def test_every_way_to_end_has_a_code_of_its_own(
    error: BaseException, code: int
) -> None:
    assert exit_code(error) == code


def test_every_code_is_told_of_some_error() -> None:
    assert {code for _, code in ERRORS} == set(Exit) - {Exit.SUCCEEDED}


def test_lines_to_read_or_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    say("built 3 of 9", "progress", step=3)
    complain("it failed", "ended")
    assert capsys.readouterr() == ("built 3 of 9\n", "it failed\n")
    monkeypatch.setenv("EXTRACTION_WATCH_LOG", "json")
    say("built 3 of 9", "progress", step=3)
    complain("two\nlines", "ended", exit_code=3)
    out, err = capsys.readouterr()
    told, complained = json.loads(out), json.loads(err)
    assert (told["event"], told["step"], told["level"]) == ("progress", 3, "info")
    assert told["message"] == "built 3 of 9"
    assert (complained["exit_code"], complained["level"]) == (3, "error")
    assert err.count("\n") == 1


def test_no_name_of_a_file_steers_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One that is no text in UTF-8 cannot be printed as it is."""
    say("  /logs/caf\udce9\x1b[2J.jsonl", "still_holds")
    complain("two\nlines \x07", "ended")
    out, err = capsys.readouterr()
    assert out == "  /logs/caf\\udce9\\x1b[2J.jsonl\n"
    assert err == "two\nlines \\x07\n"


def test_an_unexpected_error_is_one_line_of_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXTRACTION_WATCH_LOG", "json")
    assert _failed("run", ZeroDivisionError("two\nlines")) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError" in json.loads(line)["traceback"]


def test_no_progress_bar_stands_between_the_lines() -> None:
    with connect() as connection:
        setting = connection.execute("select current_setting('enable_progress_bar')")
        assert setting.fetchall() == [(False,)]
