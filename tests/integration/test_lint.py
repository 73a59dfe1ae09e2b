"""Python, SQL and dbt's own files are clean. What is left out stands in the configs."""

import re
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Run

PYTHON = ("extraction_watch", "udfs", "tests")
SQL = ("models", "tests/dbt")
LINE_LENGTH = 88


def test_python_is_linted_and_formatted(command: Run) -> None:
    for arguments in (("check",), ("format", "--check")):
        outcome = command("ruff", *arguments, "--quiet", *PYTHON)
        assert outcome.exit_code == 0, outcome.stdout + outcome.stderr


def test_python_is_typed(command: Run) -> None:
    outcome = command("mypy", "--strict", *PYTHON)
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr


@pytest.fixture(scope="module")
def dbt_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Environment for dbt: an empty warehouse, and no logs."""
    folder = tmp_path_factory.mktemp("dbt")
    (folder / "work").mkdir()
    return {
        "EXTRACTION_WATCH_WAREHOUSE": folder,
        "DBT_TARGET_PATH": folder / "target",
        "DBT_LOG_PATH": folder / "logs",
        "DBT_PROFILES_DIR": Path("profiles").absolute(),
    }


def test_sql_is_linted(command: Run, dbt_folders: dict[str, Path]) -> None:
    outcome = command(
        *("sqlfluff", "lint", "--processes", 0, "--disable-progress-bar"),
        *("--format", "github-annotation-native", *SQL),
        **dbt_folders,
    )
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr


def test_dbt_has_nothing_to_warn_of(command: Run, dbt_folders: dict[str, Path]) -> None:
    outcome = command(
        *("dbt.cli.main", "--no-use-colors", "parse"),
        *("--no-partial-parse", "--show-all-deprecations"),
        **dbt_folders,
    )
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    assert "arning" not in outcome.stdout, outcome.stdout
    assert "eprecat" not in outcome.stdout, outcome.stdout


def test_dbt_writes_its_docs(command: Run, dbt_folders: dict[str, Path]) -> None:
    outcome = command("dbt.cli.main", "docs", "generate", "--static", **dbt_folders)
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    assert (dbt_folders["DBT_TARGET_PATH"] / "static_index.html").stat().st_size


def test_every_rule_that_sqlfluff_leaves_out_has_a_reason() -> None:
    config = (PROJECT / ".sqlfluff").read_text("utf-8")
    (left_out,) = re.findall(r"^exclude_rules = (.+)$", config, re.MULTILINE)
    explained = re.findall(r"^# ([A-Z]{2}\d\d): ", config, re.MULTILINE)
    assert explained == left_out.split(", ")


def test_macros_which_sqlfluff_cannot_read_keep_to_the_line_length() -> None:
    for path in sorted((PROJECT / "macros").rglob("*.sql")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            assert len(line) <= LINE_LENGTH, f"{path.name}:{number}"
            assert line == line.rstrip(), f"{path.name}:{number}"
