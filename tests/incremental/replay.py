"""A history played step by step, against all of its files read at once.

On the way only the staging models are built: no other keeps anything from one build to
the next, which is checked. After the last step all models are.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

from tests.incremental.histories import History, World3, write_step
from tests.integration.tables import Tables, differences, rows_of

PROJECT = Path(__file__).resolve().parents[2]
TABLES = sorted(
    path.stem
    for path in (PROJECT / "models" / "marts").glob("*.sql")
    if path.stem != "runs"
)
"""Every published table but `runs`, which tells of the runs themselves."""
STAGING = ("--select", "path:models/staging", "path:seeds")


class BuildError(Exception):
    """dbt failed; the message is the end of what it said."""


class Replay:
    """Builds below one folder: the second of each kind starts from parsed models."""

    def __init__(self, world: World3, folder: Path) -> None:
        self._world = world
        self._folder = folder

    def differences(self, history: History) -> list[str]:
        """What differs between the steps and all at once; nothing where all is well."""
        logs = self._folder / "logs"
        shutil.rmtree(logs, ignore_errors=True)
        by_steps, at_once = self._fresh("by_steps"), self._fresh("at_once")
        for step in range(history.steps):
            formats = write_step(history, step, self._world, logs)
            is_last = step == history.steps - 1
            _build(by_steps, logs, formats, () if is_last else STAGING)
        _build(at_once, logs, formats)
        assert _remembering(at_once) == {"staging"}
        return differences(_tables(by_steps), _tables(at_once))

    def counts(self) -> dict[str, int]:
        """Rows of each table in the last build of all files at once."""
        tables = _tables(self._folder / "at_once")
        return {name: len(rows) for name, (_, rows) in tables.items()}

    def _fresh(self, name: str) -> Path:
        """A warehouse that knows nothing, beside the models as dbt parsed them."""
        warehouse = self._folder / name
        work = warehouse / "work"
        for path in work.iterdir() if work.exists() else ():
            if path.name not in ("target", "logs"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        work.mkdir(parents=True, exist_ok=True)
        return warehouse


def _remembering(warehouse: Path) -> set[str]:
    """Folders of the models that keep rows from one build to the next."""
    manifest = json.loads((warehouse / "work/target/manifest.json").read_text("utf-8"))
    return {
        node["path"].split("/")[0]
        for node in manifest["nodes"].values()
        if node["config"].get("materialized") == "incremental"
    }


def _build(
    warehouse: Path, logs: Path, formats: Sequence[str], chosen: Sequence[str] = ()
) -> None:
    """Build all models, or those chosen. Checks are left out: equality is looked at."""
    known = {k: v for k, v in os.environ.items() if not k.startswith("DBT_")}
    ours = {
        "PYTHONPATH": str(PROJECT),
        "EXTRACTION_WATCH_WAREHOUSE": str(warehouse),
        "DBT_PROFILES_DIR": str(PROJECT / "profiles"),
        "DBT_TARGET_PATH": str(warehouse / "work" / "target"),
        "DBT_LOG_PATH": str(warehouse / "work" / "logs"),
        "DBT_LOG_LEVEL_FILE": "warn",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    } | {f"EXTRACTION_WATCH_{name.upper()}_LOGS": str(logs / name) for name in formats}
    build = ["build", "--exclude-resource-type", "test", "unit_test", *chosen]
    ended = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *build],
        cwd=PROJECT,
        env=known | ours,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if ended.returncode:
        raise BuildError(ended.stdout[-3000:])


def _tables(warehouse: Path) -> Tables:
    database = warehouse / "work" / "extraction_watch_work.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        return {name: rows_of(connection, name) for name in TABLES}
