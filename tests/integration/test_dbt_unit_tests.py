"""Every dbt unit test of the project, as a test of its own here."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import PROJECT, Run

CASES = sorted(
    f"{case['model']}::{case['name']}"
    for path in (PROJECT / "models").rglob("_*.yml")
    for case in yaml.safe_load(path.read_text("utf-8")).get("unit_tests", [])
)


@pytest.fixture(scope="module")
def results(
    command: Run, built_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Outcome of each case: unit tests take their columns' types from a built log."""
    warehouse = tmp_path_factory.mktemp("unit_tests") / "warehouse"
    shutil.copytree(built_warehouse / "work", warehouse / "work", symlinks=True)
    target = warehouse / "target"
    outcome = command(
        "dbt.cli.main",
        *("test", "--select", "test_type:unit", "--project-dir", PROJECT),
        EXTRACTION_WATCH_WAREHOUSE=warehouse,
        EXTRACTION_WATCH_ENGINE="duckdb",
        DBT_PROFILES_DIR=PROJECT / "profiles",
        DBT_TARGET_PATH=target,
        DBT_LOG_PATH=warehouse / "logs",
        DBT_USE_COLORS="false",
    )
    report = target / "run_results.json"
    assert report.exists(), outcome.stdout + outcome.stderr
    return {
        "::".join(result["unique_id"].split(".")[-2:]): result
        for result in json.loads(report.read_text("utf-8"))["results"]
    }


@pytest.mark.parametrize("case", CASES)
def test_unit_test(results: dict[str, Any], case: str) -> None:
    result = results[case]
    assert result["status"] == "pass", f"{os.linesep}{result['message']}"
