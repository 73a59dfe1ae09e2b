"""What tests share: the command line, a world, a warehouse built from it.

Tests marked `spark` need Java and PySpark; without them a line says so. `make test`
runs files side by side in two processes, which share what is costly to build.
"""

import fcntl
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.integration.awkward_logs import AwkwardLogs, write_awkward_logs
from tests.worlds.presets import PRESETS
from tests.worlds.world import World, generate

PROJECT = Path(__file__).resolve().parent.parent
TIMEOUT_SECONDS = 600
# PySpark takes a process without a main file for its doctests and ends it.
sys.modules["__main__"].__dict__.setdefault("__file__", __file__)

# Its debug log takes a sixth of the time of a build.
QUIET_DBT = {"DBT_LOG_LEVEL_FILE": "warn"}
# Places of the days whose files come first, out of order.
FIRST_DAYS = (7, 2, 5, 0, 8)
# The longest begin first, or one process would be left with one of them at the end.
LONGEST_FILES = (
    "test_engines_agree.py",
    "test_incremental.py",
    "test_lint.py",
    "test_forget.py",
    "test_same_world_in_every_format.py",
    "test_backtest.py",
    "test_alerts.py",
    "test_publication.py",
    "test_successions.py",
    "test_bad_input.py",
    "test_wrecks.py",
    "test_growth.py",
)


@dataclass(frozen=True)
class Outcome:
    """How a command ended. `stderr` is without what DuckDB says of itself at exit."""

    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Outcome]


Once = Callable[[str, Callable[[Path], Any]], Any]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Make something in a folder once for all processes of this run of the tests."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def made_once(name: str, make: Callable[[Path], Any]) -> Any:
        folder, result = root / f"once-{name}", root / f"once-{name}.pickle"
        with (root / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not result.exists():
                folder.mkdir()
                result.write_bytes(pickle.dumps(make(folder)))
        return pickle.loads(result.read_bytes())

    return made_once


@pytest.fixture(scope="session")
def command() -> Run:
    """Run a module with arguments in a process of its own, in the project's folder.

    `command("extraction_watch", "report", "--warehouse", folder, NAME="value")`;
    keywords are added to the environment.
    """

    def run_module(module: str, *arguments: object, **environment: object) -> Outcome:
        ours = QUIET_DBT | {name: str(value) for name, value in environment.items()}
        known = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("EXTRACTION_WATCH_", "DBT_"))
        }
        ended = subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=PROJECT,
            env=known | {"PYTHONPATH": str(PROJECT)} | ours,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        stderr = ended.stderr.split("nanobind: leaked", 1)[0]
        return Outcome(ended.returncode, ended.stdout, stderr)

    return run_module


@pytest.fixture(scope="session")
def run(command: Run) -> Run:
    """Run the command line of the project: `run("report", "--warehouse", folder)`."""
    return partial(command, "extraction_watch")


@pytest.fixture(scope="session")
def run_core(command: Run) -> Run:
    """The same as `run`, without the gate of the extra `quality`, hence quicker."""
    return partial(command, "tests.core_install")


@pytest.fixture(scope="session")
def small_world() -> World:
    """A small labelled world with two campaigns."""
    return generate(PRESETS["small"])


@pytest.fixture(scope="session")
def awkward_logs(small_world: World, once: Once) -> AwkwardLogs:
    """The small world's logs, with late, repeated and conflicting rows."""

    def write(folder: Path) -> AwkwardLogs:
        return write_awkward_logs(small_world, folder)

    logs: AwkwardLogs = once("awkward", write)
    return logs


@pytest.fixture(scope="session")
def built_warehouse(run: Run, awkward_logs: AwkwardLogs, once: Once) -> Path:
    """A warehouse published from all of these logs at once. Copy it to change it."""

    def build(folder: Path) -> Path:
        warehouse = folder / "warehouse"
        outcome = run("run", "--logs", awkward_logs.folder, "--warehouse", warehouse)
        assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
        return warehouse

    warehouse: Path = once("built", build)
    return warehouse


@dataclass(frozen=True)
class PlainBuild:
    """How a plain `dbt build` ended over the first files, and what it left.

    `files` are those in `logs`, relative to it. Nothing is published.
    """

    outcome: Outcome
    logs: Path
    files: list[str]
    warehouse: Path


@pytest.fixture(scope="session")
def dbt(command: Run) -> Run:
    """Run dbt as people who schedule it: `dbt(warehouse, logs, "build")`."""

    def run_dbt(warehouse: Path, logs: Path, *arguments: object) -> Outcome:
        (warehouse / "work").mkdir(parents=True, exist_ok=True)
        return command(
            "dbt.cli.main",
            *("--no-use-colors", *arguments),
            EXTRACTION_WATCH_WAREHOUSE=warehouse,
            EXTRACTION_WATCH_NATIVE_LOGS=logs,
            DBT_PROFILES_DIR=PROJECT / "profiles",
            DBT_TARGET_PATH=warehouse / "work" / "target",
            DBT_LOG_PATH=warehouse / "work" / "logs",
        )

    return run_dbt


@pytest.fixture(scope="session")
def plain_build(dbt: Run, awkward_logs: AwkwardLogs, once: Once) -> PlainBuild:
    """Some days, not in order, and rows told again before they were told."""

    def build(folder: Path) -> PlainBuild:
        logs, warehouse = folder / "logs", folder / "warehouse"
        paths = [awkward_logs.days[place] for place in FIRST_DAYS]
        paths.append(awkward_logs.requests / "repeated.csv")
        files = [path.relative_to(awkward_logs.folder).as_posix() for path in paths]
        (logs / "api_requests").mkdir(parents=True)
        for path, file in zip(paths, files, strict=True):
            shutil.copy2(path, logs / file)
        return PlainBuild(dbt(warehouse, logs, "build"), logs, files, warehouse)

    built: PlainBuild = once("plain", build)
    return built


@pytest.fixture
def copied_warehouse(built_warehouse: Path, tmp_path: Path) -> Path:
    """A copy of the built warehouse that a test may change."""
    return Path(shutil.copytree(built_warehouse, tmp_path / "warehouse", symlinks=True))


def _lacking_for_spark() -> str | None:
    """What Spark needs and this machine does not have."""
    if find_spec("pyspark") is None:
        return "PySpark (install the extra `spark`)"
    java_home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{java_home}/bin" if java_home else None) is None:
        return "Java (install a JRE of version 17 or newer)"
    return None


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Put the longest files first; leave out what needs Spark where there is none."""
    places = {name: place for place, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))
    if _lacking_for_spark() is None:
        return
    for_spark = [item for item in items if item.get_closest_marker("spark")]
    items[:] = [item for item in items if item not in for_spark]
    config.hook.pytest_deselected(items=for_spark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say that, also in quiet runs."""
    lacking = _lacking_for_spark()
    if lacking:
        terminalreporter.write_line(f"Spark tests were left out for lack of {lacking}.")
