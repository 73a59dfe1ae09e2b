"""Runs that are killed: at random moments, at every step of a publication, alone."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extraction_watch.warehouse import Warehouse
from tests.conftest import PROJECT
from tests.integration.tables import read_tables
from tests.reliability.published import DATABASE, faults
from tests.reliability.scene import (
    COMMAND,
    WHOLE_COMMAND,
    Scene,
    command,
    environment,
    start,
    succeed,
)

MODES = {"incremental": (), "full refresh": ("--full-refresh",)}
BUILT = "slowest steps"
"""What a run says between its build and its publication."""
PROGRESS = "built and tested"
TENTHS = 11
PARSE_SECONDS = 8
"""About what dbt takes until its first step is done, ..."""
TENTH_SECONDS = 2
"""... for a tenth of its steps, ..."""
PUBLICATION_SECONDS = 0.8
"""... and a run from its last step to its end."""
STEPS_MAX = 1000
WHOLE_EVERY = 5
"""Every fifth run that is killed, and the next run, has dbt's tests and the gate."""
VERSIONS = 3
"""The one in force and two that are kept, by default."""


@dataclass
class Tally:
    """What became of the kills of one kind."""

    kills: int = 0
    whole: int = 0
    equal: int = 0
    notes: tuple[str, ...] = ()

    def add(self, broken: list[str], different: list[str]) -> None:
        self.kills += 1
        self.whole += not broken
        self.equal += not different
        self.notes += (*broken, *different)

    @property
    def passed(self) -> bool:
        return self.kills == self.whole == self.equal


def random_kills(scene: Scene, count: int, seed: int) -> Iterator[tuple[str, Tally]]:
    """Kill the whole group of processes: a third of the times while it publishes.

    After each, what is published must be whole, and the next run must end with the
    tables of a run that was never disturbed.
    """
    chance = random.Random(seed)
    tallies: dict[str, Tally] = {}
    for number in range(count):
        mode = tuple(MODES)[number % 2]
        phase = "publication" if number % 3 == 2 else "build"
        is_whole = number % WHOLE_EVERY == WHOLE_EVERY - 1
        module = WHOLE_COMMAND if is_whole else COMMAND
        warehouse = scene.copy("killed")
        while not (moment := _killed(scene, warehouse, mode, phase, module, chance)):
            warehouse = scene.copy("killed")
        broken = faults(warehouse)
        succeed(command(*scene.arguments(warehouse), module=module))
        different = scene.differences(warehouse) + faults(warehouse)
        tallies.setdefault(f"{mode}, {phase}", Tally()).add(broken, different)
        print(
            f"  kill {number + 1} of {count}: "
            f"{'whole ' if is_whole else ''}{mode}, {moment}; "
            f"whole: {not broken}, equal: {not different}",
            flush=True,
        )
    yield from tallies.items()


def _killed(
    scene: Scene,
    warehouse: Path,
    mode: str,
    phase: str,
    module: str,
    chance: random.Random,
) -> str | None:
    """Kill a run at a random moment of a phase; which one, in words. None where the run
    ended before that."""
    process = start(*scene.arguments(warehouse, *MODES[mode]), module=module)
    if phase == "publication":
        _wait_for(process, BUILT)
        place, seconds = "all built", chance.uniform(0, PUBLICATION_SECONDS)
    else:
        tenths = chance.randrange(TENTHS)
        for _ in range(tenths):
            _wait_for(process, PROGRESS)
        place = f"{tenths} tenths built"
        seconds = chance.uniform(0, TENTH_SECONDS if tenths else PARSE_SECONDS)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    output, _ = process.communicate()
    if process.returncode != -signal.SIGKILL:
        succeed((process.returncode, output))
        return None
    return f"{seconds:.2f} s after: {place}"


def _wait_for(process: "subprocess.Popen[str]", words: str) -> None:
    for line in process.stdout or ():
        if words in line:
            return


def kills_at_every_step(scene: Scene) -> Tally:
    """Kill a publication at each of its changes of files and folders, one by one.

    The next command is a publication that is not disturbed.
    """
    warehouse = scene.copy("stepwise")
    target = Warehouse(warehouse).target
    again = ["publish", "--warehouse", str(warehouse), "--target", str(target)]
    wanted = read_tables(warehouse / DATABASE)
    tally = Tally()
    for step in range(1, STEPS_MAX):
        ended = subprocess.run(
            [sys.executable, "-m", "tests.reliability.killed_at", str(step), *again],
            cwd=PROJECT,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode == 0:
            return tally
        assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr
        broken = faults(warehouse)
        succeed(command(*again))
        same = read_tables(warehouse / DATABASE) == wanted
        left = _left_over(warehouse)
        tally.add(broken, faults(warehouse) + left + ([] if same else ["other tables"]))
    raise AssertionError("a publication has no end")


def _left_over(warehouse: Path) -> list[str]:
    """What a killed publication left that the next one did not remove."""
    folders = (warehouse, warehouse / "work", warehouse / "published")
    left = [f"left: {path}" for folder in folders for path in folder.glob(".*")]
    versions = len(list((warehouse / "published").iterdir()))
    return left if versions == VERSIONS else [*left, f"{versions} versions"]


def orphans(scene: Scene, count: int, seed: int) -> Tally:
    """Kill the run alone, not its dbt, and start the next run at once."""
    chance = random.Random(seed)
    tally = Tally()
    for _ in range(count):
        warehouse = scene.copy("orphan")
        process = start(*scene.arguments(warehouse))
        for _ in range(chance.randint(1, 8)):
            _wait_for(process, PROGRESS)
        os.kill(process.pid, signal.SIGKILL)
        broken = faults(warehouse)
        succeed(command(*scene.arguments(warehouse)))
        process.communicate()
        tally.add(broken, scene.differences(warehouse) + faults(warehouse))
    return tally
