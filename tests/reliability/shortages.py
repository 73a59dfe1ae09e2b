"""Runs that lack disk or memory, and runs whose check fails."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extraction_watch.warehouse import Warehouse
from tests.conftest import PROJECT
from tests.reliability.kills import BUILT, Tally
from tests.reliability.published import faults
from tests.reliability.scene import (
    CHECKED_COMMAND,
    COMMAND,
    Scene,
    command,
    environment,
    succeed,
)

MEGABYTE = 1_000_000
FREE_MEGABYTES = (0.02, 0.5, 1, 2, 4, 12, 24)
"""What a disk still has when a run begins."""
LARGE_ENOUGH = 1000 * MEGABYTE
LARGEST_FILES = (1, 4)
"""Megabytes that a file may have, where no small disk can be mounted."""
DUCKDB_MEMORY = ("8MB", "40MB", "100MB")
ADDRESS_SPACE = (600, 1200, 2000)
"""Megabytes that a process may ask for."""


@dataclass
class Shortages(Tally):
    """Also how the disturbed runs ended: exit code -> how often, and how many of them
    failed after their build, in the publication."""

    codes: tuple[int, ...] = ()
    in_publication: int = 0

    def disturbed(self, exit_code: int, output: str) -> None:
        self.codes += (exit_code,)
        self.in_publication += BUILT in output


def disk_full(scene: Scene) -> tuple[str, Shortages]:
    """Runs on a file system that fills up; then there is room again."""
    disk = scene.folder / "disk"
    disk.mkdir(exist_ok=True)
    if not _mounted(disk):
        return "no tmpfs, limit of file sizes", _files_too_large(scene)
    subprocess.run(["umount", disk], check=True)
    tally = Shortages()
    for free in FREE_MEGABYTES:
        assert _mounted(disk)
        try:
            warehouse = disk / "warehouse"
            shutil.copytree(scene.first, warehouse, symlinks=True)
            used = shutil.disk_usage(disk).used
            _resize(disk, used + int(free * MEGABYTE))
            ended = command(*scene.arguments(warehouse))
            if ended[0] == 0:
                continue
            tally.disturbed(*ended)
            broken = faults(warehouse)
            _resize(disk, LARGE_ENOUGH)
            succeed(command(*scene.arguments(warehouse)))
            tally.add(broken, scene.differences(warehouse) + faults(warehouse))
        finally:
            subprocess.run(["umount", disk], check=True)
    return "tmpfs", tally


def _mounted(folder: Path) -> bool:
    """Whether a large file system could be mounted there."""
    ended = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={LARGE_ENOUGH}", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    return ended.returncode == 0


def _resize(disk: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


def _files_too_large(scene: Scene) -> Shortages:
    """Runs that may write no file beyond some size."""
    limits = [
        (resource.RLIMIT_FSIZE, megabytes * MEGABYTE) for megabytes in LARGEST_FILES
    ]
    return _limited(scene, limits)


def memory_limits(scene: Scene) -> Iterator[tuple[str, Shortages]]:
    """Runs with too little memory: DuckDB's own limit, and one of the system."""
    tally = Shortages()
    for memory in DUCKDB_MEMORY:
        warehouse = scene.copy("memory")
        ended = command(*scene.arguments(warehouse), EXTRACTION_WATCH_MEMORY=memory)
        if ended[0] == 0:
            continue
        tally.disturbed(*ended)
        broken = faults(warehouse)
        succeed(command(*scene.arguments(warehouse)))
        tally.add(broken, scene.differences(warehouse) + faults(warehouse))
    yield "DuckDB's limit", tally
    limits = [(resource.RLIMIT_AS, megabytes * MEGABYTE) for megabytes in ADDRESS_SPACE]
    yield "address space", _limited(scene, limits)


def _limited(scene: Scene, limits: list[tuple[int, int]]) -> Shortages:
    """Runs under limits of the system, each followed by one without."""
    tally = Shortages()
    for kind, limit in limits:
        warehouse = scene.copy("limited")
        ended = subprocess.run(
            [sys.executable, "-m", COMMAND, *scene.arguments(warehouse)],
            cwd=PROJECT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            preexec_fn=_limit(kind, limit),
            check=False,
        )
        if ended.returncode == 0:
            continue
        tally.disturbed(ended.returncode, ended.stdout)
        broken = faults(warehouse)
        succeed(command(*scene.arguments(warehouse)))
        tally.add(broken, scene.differences(warehouse) + faults(warehouse))
    return tally


def _limit(kind: int, limit: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (limit, limit))


def failing_check(scene: Scene) -> Shortages:
    """A damaged row fails a check of every run until a full refresh heals it."""
    tally = Shortages()
    warehouse = scene.copy("failing")
    before = os.readlink(warehouse / "current")
    with duckdb.connect(str(Warehouse(warehouse).database)) as connection:
        connection.execute(
            "update stg_native__api_requests set account_id = null "
            "where request_id = (select min(request_id) from stg_native__api_requests)"
        )
    for _ in range(2):
        tally.disturbed(*command(*scene.arguments(warehouse), module=CHECKED_COMMAND))
    broken = faults(warehouse)
    if os.readlink(warehouse / "current") != before:
        broken.append("published in spite of a failing check")
    succeed(command(*scene.arguments(warehouse, "--full-refresh")))
    tally.add(broken, scene.differences(warehouse) + faults(warehouse))
    return tally
