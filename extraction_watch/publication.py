"""Publication: a finished version takes the place of the last one in one step."""

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from extraction_watch.run_log import Run
from extraction_watch.warehouse import Warehouse

DATABASE = "extraction_watch.duckdb"
ENTRIES = (DATABASE, "parquet")
"""What a version offers to readers, who find it in the warehouse under these names."""
RUN = "run.json"
"""Beside it: the run that made the version, as the run log tells it."""


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


def make_current(warehouse: Warehouse, aside: Path, run: Run) -> Path:
    """Give a finished version its name and swap the link that readers follow."""
    version = warehouse.published / run.run_id
    (aside / RUN).write_text(json.dumps(asdict(run)) + "\n", encoding="utf-8")
    for path in aside.rglob("*"):
        if path.is_file():
            # nobody writes to a published database, not even by mistake
            path.chmod(0o400 if path.suffix == ".duckdb" else 0o600)
        _sync(path)
    _sync(aside)
    os.replace(aside, version)
    _sync(warehouse.published)
    put_in_force(warehouse, version)
    return version


def put_in_force(warehouse: Warehouse, version: Path) -> None:
    """Let readers find this version: `current` is what changes, in one step."""
    _swap_link(warehouse.current, Path("published") / version.name)
    for name in ENTRIES:
        if (version / name).exists():
            _swap_link(warehouse.folder / name, Path("current") / name)
        else:  # made by the other engine, as the version before was not
            (warehouse.folder / name).unlink(missing_ok=True)
    _sync(warehouse.folder)


def in_force(warehouse: Warehouse) -> str | None:
    """Id of the run whose version readers find; None before the first publication."""
    link = warehouse.current
    return Path(os.readlink(link)).name if link.is_symlink() else None


def remove_version(version: Path) -> None:
    """Remove a version; one that is half removed is none any more."""
    aside = version.with_name(f".removing-{version.name.lstrip('.')}")
    os.replace(version, aside)
    shutil.rmtree(aside)


def discard_version(warehouse: Warehouse, run_id: str) -> None:
    """Make room again where a publication failed; what stays the next run removes."""
    for name in (f".building-{run_id}", run_id):
        shutil.rmtree(warehouse.published / name, ignore_errors=True)


def _swap_link(link: Path, target: Path) -> None:
    """Point a link elsewhere in one step."""
    if link.is_symlink() and Path(os.readlink(link)) == target:
        return
    aside = link.with_name(f".{link.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    os.replace(aside, link)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
