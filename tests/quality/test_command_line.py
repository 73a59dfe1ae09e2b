"""python -m extraction_watch.quality_gate, and what importing it costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from extraction_watch.quality_gate.__main__ import main
from tests.quality.databases import PROJECT, write_database


def test_critical_failures_are_printed_and_exit_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = write_database(
        tmp_path / "work.duckdb",
        "update accounts set cluster_id = 'nowhere' where account_id = 'a3'",
        "update staged_requests set temperature = 3",
    )
    assert main([str(database), str(tmp_path / "data_docs")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "accounts.cluster_id: expect_column_values_to_exist_in_other_table failed for"
        " 1 row (critical): Every cluster_id has its row in the table clusters."
    )
    assert lines[1] == (
        "staged_requests.temperature: expect_column_values_to_be_between failed for"
        " 10 rows (warning): Every temperature lies between 0 and 2."
    )
    assert lines[2].startswith("Quality gate failed: ")
    assert lines[2].endswith("29 tables, 1 critical failure, 1 warning.")
    assert (tmp_path / "data_docs" / "index.html").is_file()


def test_a_gate_that_cannot_run_exits_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.duckdb"), str(tmp_path / "data_docs")]) == 2
    assert "There is no database" in capsys.readouterr().err


def test_the_extra_is_not_imported_before_the_gate_runs() -> None:
    code = (
        "import sys, extraction_watch.quality_gate.__main__ as gate;"
        "print({'great_expectations', 'sqlalchemy', 'jinja2'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "set()"
