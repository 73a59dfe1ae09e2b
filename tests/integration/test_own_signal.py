"""A signal from somebody else's dbt project, with a weight from a seed of theirs."""

import shutil
from pathlib import Path

import duckdb
import pytest

from extraction_watch.warehouse import Warehouse
from tests.conftest import PROJECT, Run

FILES = {
    "dbt_project.yml": """
        name: somebody
        version: "1.0"
        config-version: 2
        profile: extraction_watch
        vars: {extra_signals: [night_shift]}
        """,
    "packages.yml": f"packages: [{{local: {PROJECT}}}]",
    "seeds/own_weights.csv": """
        signal,entity_type,family,weight_per_unit
        night_shift,account,capability,0.25
        """,
    "models/signal__night_shift.sql": """
        with findings as (
            select
                'account' as entity_type,
                account_id as entity_id,
                2 as value,
                0 as baseline,
                'Works at night' as sentence,
                first_seen_at as observed_from,
                last_seen_at as observed_to
            from {{ ref('extraction_watch', 'account_profiles') }}
        )
        {{ extraction_watch.evidence_rows(
            'findings', 'night_shift', ref('own_weights')
        ) }}
        """,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dbt project that uses this one as a package."""
    folder = tmp_path / "somebody"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line.removeprefix(" " * 8) for line in text.strip().splitlines()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_own_signal_counts_with_its_own_weight(
    command: Run, built_warehouse: Path, project: Path, tmp_path: Path
) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    shutil.copytree(built_warehouse / "work", warehouse.work, symlinks=True)
    selection = ("own_weights", "signal__night_shift", "findings", "weighed_findings")
    for arguments in (
        ("deps",),
        ("build", "--exclude-resource-type", "unit_test", "--select", *selection),
    ):
        outcome = command(
            "dbt.cli.main",
            *arguments,
            *("--project-dir", project),
            EXTRACTION_WATCH_WAREHOUSE=warehouse.folder,
            DBT_PROFILES_DIR=PROJECT / "profiles",
            DBT_TARGET_PATH=tmp_path / "target",
            DBT_LOG_PATH=tmp_path / "logs",
        )
        assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    with duckdb.connect(str(warehouse.database), read_only=True) as work:
        accounts = work.table("account_profiles").count("*").fetchall()
        found = work.execute(
            "select count(*), min(raw_weight), max(raw_weight) from weighed_findings "
            "where signal = 'night_shift' and entity_type = 'account'"
        ).fetchall()
    assert found == [(*accounts[0], 0.5, 0.5)]
