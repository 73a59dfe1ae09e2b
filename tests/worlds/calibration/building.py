"""Worlds on disk, and the pipeline's models built over them with weights on trial."""

import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from extraction_watch.dbt_build import PROJECT, BuildError, dbt_environment
from extraction_watch.warehouse import Warehouse
from tests.worlds.presets import world_config
from tests.worlds.world import generate
from tests.worlds.writing import write

_LINK_MODELS = ["--select", "+pool_sharing", "+rhythm_sharing", "link_weights"]
_MEMBER_MODELS = ["--select", "+membership_features"]
_MEMBER_MODELS += ["--exclude", "+pool_sharing", "+rhythm_sharing"]
_SIGNAL_MODELS = ["--select", "+findings", "+cluster_member_links"]
_SIGNAL_MODELS += ["--exclude", "+membership_features"]
_SUCCESSION_MODELS = ["--select", "+succession_scores"]
_PARTS = ("models", "macros", "seeds")


@dataclass(frozen=True)
class LabelledWorld:
    """A world's folder: `logs/`, `truth/` and the warehouse of its build."""

    folder: Path

    @property
    def truth(self) -> Path:
        return self.folder / "truth" / "accounts.parquet"

    @property
    def database(self) -> Path:
        return Warehouse(self.folder / "warehouse").database


def make_world(
    preset: str, seed: int, folder: Path, ban_factor: float = 1.0
) -> LabelledWorld:
    """The world of a preset and seed below `folder`; one that is there is kept.

    Campaigns' heads are banned `ban_factor` times as often as the preset says.
    """
    suffix = "" if ban_factor == 1 else f"-bans-{ban_factor:g}"
    world = LabelledWorld(folder / f"{preset}-{seed}{suffix}")
    finished = world.folder / "finished"
    if not finished.exists():
        config = world_config(preset, seed)
        campaigns = [
            replace(one, ban_rate=one.ban_rate * ban_factor) for one in config.campaigns
        ]
        write(generate(replace(config, campaigns=tuple(campaigns))), world.folder)
        finished.touch()
    return world


def copy_project(folder: Path) -> Path:
    """A copy of the dbt project in which weights can be tried; returns its folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(PROJECT / "dbt_project.yml", folder)
    for part in _PARTS:
        shutil.copytree(PROJECT / part, folder / part)
    return folder


def build_link_models(project: Path, world: LabelledWorld) -> None:
    """Build anew what link weights are fitted on; raises BuildError."""
    world.database.unlink(missing_ok=True)
    _build(project, world, _LINK_MODELS)


def build_member_models(project: Path, world: LabelledWorld) -> None:
    """Build what membership is fitted on, with the project's link weights.

    The link models are built already. Raises BuildError.
    """
    _build(project, world, _MEMBER_MODELS)


def build_signal_models(project: Path, world: LabelledWorld) -> None:
    """Build what signal weights are fitted on, with the project's other weights.

    What membership is fitted on is built already. Raises BuildError.
    """
    _build(project, world, _SIGNAL_MODELS)


def build_succession_models(project: Path, world: LabelledWorld) -> None:
    """Build what weights of successions are fitted on; raises BuildError."""
    _build(project, world, _SUCCESSION_MODELS)


def _build(project: Path, world: LabelledWorld, selection: list[str]) -> None:
    warehouse = Warehouse(world.folder / "warehouse")
    warehouse.prepare()
    logs = {"native": str(world.folder / "logs")}
    command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build"]
    command += ["--project-dir", str(project), *selection]
    command += ["--resource-type", "model", "--resource-type", "seed"]
    outcome = subprocess.run(
        command,
        cwd=PROJECT,
        env=dbt_environment(warehouse.folder, "duckdb", logs),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if outcome.returncode:
        raise BuildError(outcome.stdout[-3000:])
