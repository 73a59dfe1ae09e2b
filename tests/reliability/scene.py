"""Logs in two parts, a warehouse that knows the first, and the tables of both."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from extraction_watch.warehouse import Warehouse
from tests.conftest import PROJECT, QUIET_DBT
from tests.integration.awkward_logs import write_awkward_logs
from tests.integration.tables import Tables, differences, read_tables
from tests.reliability.published import DATABASE
from tests.worlds.presets import PRESETS
from tests.worlds.world import generate

COMMAND = "tests.reliability.quick_command"
CHECKED_COMMAND = "tests.core_install"
WHOLE_COMMAND = "extraction_watch"
PUBLICATIONS = 3
"""Of the first warehouse, so that the next publication has old versions to remove."""


@dataclass(frozen=True)
class Scene:
    """`logs` hold both parts. `first` is a warehouse that was built of one part and is
    only copied; `tables` are what an undisturbed run makes of a copy and both parts."""

    folder: Path
    logs: Path
    first: Path
    tables: Tables

    def copy(self, name: str) -> Path:
        """The first warehouse again, to be disturbed."""
        target = self.folder / name
        if target.exists():
            shutil.rmtree(target)
        return Path(shutil.copytree(self.first, target, symlinks=True))

    def arguments(self, warehouse: Path, *options: str) -> list[str]:
        """A run over both parts."""
        logs = ["--logs", str(self.logs), "--warehouse", str(warehouse)]
        return ["run", *logs, *options]

    def differences(self, warehouse: Path) -> list[str]:
        """How the published tables differ from those of the undisturbed run."""
        return differences(self.tables, read_tables(warehouse / DATABASE))


def prepare(folder: Path) -> Scene:
    """Build it all below an empty folder."""
    awkward = write_awkward_logs(generate(PRESETS["small"]), folder / "world")
    logs = folder / "logs"
    second = [path.name for path in (*awkward.days[2::3], awkward.extras[0])]
    shutil.copytree(awkward.folder, logs, ignore=shutil.ignore_patterns(*second))
    scene = Scene(folder, logs, folder / "first", {})
    succeed(command(*scene.arguments(scene.first)))
    target = Warehouse(scene.first).target
    again = ("publish", "--warehouse", str(scene.first), "--target", str(target))
    for _ in range(PUBLICATIONS):
        succeed(command(*again))
    shutil.copytree(awkward.folder, logs, dirs_exist_ok=True)
    # from the first warehouse too: lineage tells what was published before
    undisturbed = scene.copy("undisturbed")
    succeed(command(*scene.arguments(undisturbed)))
    return replace(scene, tables=read_tables(undisturbed / DATABASE))


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """That of this process, without settings of somebody's installation."""
    known = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("EXTRACTION_WATCH_", "DBT_"))
    }
    return known | {"PYTHONPATH": str(PROJECT)} | QUIET_DBT | dict(changes or {})


def start(
    *arguments: str, module: str = COMMAND, **changes: str
) -> "subprocess.Popen[str]":
    """Start a command as the leader of a group of processes of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env=environment(changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def command(*arguments: str, module: str = COMMAND, **changes: str) -> tuple[int, str]:
    """Exit code and output of a command."""
    with start(*arguments, module=module, **changes) as process:
        output, _ = process.communicate()
    return process.returncode, output


def succeed(ended: tuple[int, str]) -> str:
    """Its output. Raises AssertionError where it did not succeed."""
    exit_code, output = ended
    assert exit_code == 0, output
    return output
