"""Publication: a finished version takes the place of the last one in one step."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from extraction_watch.warehouse import Warehouse

KEPT_VERSIONS = 2
"""Versions besides the current one that stay, for readers that opened files of them."""


def published_models(target: Path) -> dict[str, dict[str, Any]]:
    """Name, description and columns of every published model, from dbt's manifest."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return {
        node["name"]: node
        for node in sorted(manifest["nodes"].values(), key=lambda one: one["name"])
        if node["resource_type"] == "model" and node["access"] == "public"
    }


def begin_version(warehouse: Warehouse, run_id: str) -> Path:
    """An empty folder aside, in which a version is written before it gets its name."""
    aside = warehouse.published / f".building-{run_id}"
    (aside / "parquet").mkdir(parents=True)
    return aside


def make_current(warehouse: Warehouse, aside: Path, run_id: str) -> Path:
    """Give a finished version its name and swap the link that readers follow."""
    version = warehouse.published / run_id
    for path in aside.rglob("*"):
        if path.is_file():
            # nobody writes to a published database, not even by mistake
            path.chmod(0o400 if path.suffix == ".duckdb" else 0o600)
            with open(path, "rb") as file:
                os.fsync(file.fileno())
    os.replace(aside, version)
    _swap_link(warehouse.current, Path("published") / version.name)
    for entry in version.iterdir():
        _swap_link(warehouse.folder / entry.name, Path("current") / entry.name)
    _remove_old_versions(warehouse, version)
    return version


def _swap_link(link: Path, target: Path) -> None:
    """Point a link elsewhere in one step."""
    aside = link.with_name(f".{link.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    os.replace(aside, link)


def _remove_old_versions(warehouse: Warehouse, version: Path) -> None:
    """Remove what crashed runs left and all versions but the last few."""
    for folder in warehouse.published.glob(".building-*"):
        shutil.rmtree(folder)
    older = sorted(
        folder for folder in warehouse.published.iterdir() if folder.name < version.name
    )
    for folder in older[: max(0, len(older) - KEPT_VERSIONS)]:
        shutil.rmtree(folder)
