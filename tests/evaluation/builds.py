"""Worlds on disk, and what the product publishes about them."""

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np

from extraction_watch.dbt_build import PROJECT
from tests.evaluation.judgement import Judgement, read_published
from tests.evaluation.truth import Truth, read_truth
from tests.worlds.config import WorldConfig
from tests.worlds.world import generate
from tests.worlds.writing import write


class RunError(Exception):
    """The product did not publish a world; the message is what it said last."""


@dataclass(frozen=True)
class BuiltWorld:
    """A world's folder: `logs/`, `truth/` and the warehouse that was published."""

    name: str
    config: WorldConfig
    folder: Path

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def database(self) -> Path:
        return self.folder / "warehouse" / "extraction_watch.duckdb"

    @cached_property
    def truth(self) -> Truth:
        return read_truth(self.folder / "truth")

    @cached_property
    def judgement(self) -> Judgement:
        return read_published(self.database, self.truth)

    @cached_property
    def prior_log_odds(self) -> float:
        """What the published scores start from."""
        query = "select prior_log_odds from runs order by started_at desc limit 1"
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return float(connection.execute(query).fetchall()[0][0])

    @property
    def base_rate(self) -> float:
        return float(1 / (1 + np.exp(-self.prior_log_odds)))


def build(name: str, config: WorldConfig, folder: Path, reuse: bool) -> BuiltWorld:
    """Generate a world below `folder` and run the product on its logs.

    With `reuse` a finished build of that name is taken as it is. Says on standard error
    what it took; raises RunError.
    """
    world = BuiltWorld(name, config, folder / name)
    if reuse and world.database.exists():
        return world
    shutil.rmtree(world.folder, ignore_errors=True)
    begin = time.monotonic()
    generated = generate(config)
    write(generated, world.folder)
    requests = len(generated.requests)
    del generated
    made = time.monotonic()
    command = [sys.executable, "-m", "extraction_watch", "run", "--full-refresh"]
    command += [
        "--logs",
        str(world.logs),
        "--warehouse",
        str(world.folder / "warehouse"),
    ]
    outcome = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if outcome.returncode:
        raise RunError(f"{name}: {(outcome.stdout + outcome.stderr)[-3000:]}")
    peak = outcome.stdout.rpartition("peak memory ")[2].split("\n")[0]
    print(
        f"{name}: {requests} requests of {len(world.truth)} accounts, generated in "
        f"{made - begin:.0f} s, run in {time.monotonic() - made:.0f} s with {peak}",
        file=sys.stderr,
        flush=True,
    )
    return world
