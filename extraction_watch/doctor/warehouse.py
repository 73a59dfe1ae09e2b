"""A warehouse: can it be written, is somebody at work, does it fit the code."""

import fcntl
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from extraction_watch.doctor.check import Check
from extraction_watch.inputs import InputError
from extraction_watch.inputs.forgotten import forgotten_count, forgotten_hashes
from extraction_watch.kept_versions import kept_versions
from extraction_watch.publication import in_force
from extraction_watch.run_log import read_runs
from extraction_watch.warehouse import Warehouse, read_holder

PROJECT = Path(__file__).resolve().parents[2]
FREE_BYTES_MIN = 1_000_000_000
BUILDS_OF_SPACE = 2
"""Room for the next version and for spilling, in times of what is there."""


def warehouse_checks(folder: Path, environment: Mapping[str, str]) -> Iterator[Check]:
    """Looks only; nothing is made or changed."""
    warehouse = Warehouse(folder.resolve())
    yield _writable(warehouse)
    yield _space(warehouse)
    if not warehouse.folder.is_dir():
        return
    yield _mode(warehouse)
    yield _lock(warehouse)
    yield _tombstones(warehouse, environment)
    yield _database(warehouse)
    yield _in_force(warehouse)
    yield _staged_by_this_code(warehouse)
    yield _last_run(warehouse)


def _nearest(folder: Path) -> Path:
    """The folder, or the first one above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _writable(warehouse: Warehouse) -> Check:
    nearest = _nearest(warehouse.folder)
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Check(
            "warehouse",
            "fail",
            f"{nearest} cannot be written; name another folder with WAREHOUSE=",
        )
    if nearest != warehouse.folder:
        return Check("warehouse", "ok", f"{warehouse.folder} will be made by a run")
    return Check("warehouse", "ok", f"{warehouse.folder} can be written")


def _space(warehouse: Warehouse) -> Check:
    free = shutil.disk_usage(_nearest(warehouse.folder)).free
    used = sum(
        path.lstat().st_size for path in warehouse.folder.rglob("*") if path.is_file()
    )
    needed = max(FREE_BYTES_MIN, BUILDS_OF_SPACE * used)
    shown = f"{free / 1e9:.1f} GB free"
    if free < needed:
        return Check(
            "disk space",
            "fail" if free < FREE_BYTES_MIN // 4 else "warn",
            f"{shown}; a run may need {needed / 1e9:.1f} GB: make room, or keep fewer "
            "days",
        )
    return Check("disk space", "ok", shown)


def _mode(warehouse: Warehouse) -> Check:
    """Whether others may read; links count by what they lead to."""
    paths = [warehouse.folder, *warehouse.folder.rglob("*")]
    open_paths = [
        path
        for path in paths
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_paths:
        return Check(
            "modes",
            "warn",
            f"{len(open_paths)} files or folders can be read by others, the first is "
            f"{open_paths[0]}; run chmod -R go= {warehouse.folder}",
        )
    return Check("modes", "ok", "all is for the owner only")


def _lock(warehouse: Warehouse) -> Check:
    path = warehouse.work / "lock"
    if path.exists():
        with path.open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return Check(
                    "lock",
                    "warn",
                    f"{read_holder(path)}, works on it; wait until it ends",
                )
    return Check("lock", "ok", "nobody is at work")


def _tombstones(warehouse: Warehouse, environment: Mapping[str, str]) -> Check:
    try:
        forgotten_hashes(warehouse.folder, environment)  # fails with another pepper
        forgotten = forgotten_count(warehouse.folder)
    except InputError as error:
        return Check("forgotten accounts", "fail", str(error))
    return Check("forgotten accounts", "ok", f"{forgotten}")


def _database(warehouse: Warehouse) -> Check:
    if not warehouse.database.exists():
        return Check("working database", "ok", "none yet; a run makes it")
    try:
        with duckdb.connect(str(warehouse.database), read_only=True):
            return Check("working database", "ok", "can be opened")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if "lock" in reason:
            return Check("working database", "warn", f"held by a process: {reason}")
        return Check(
            "working database",
            "fail",
            f"{reason}; remove {warehouse.database} and run again",
        )


def _in_force(warehouse: Warehouse) -> Check:
    """What readers find, and what could be rolled back to."""
    current = in_force(warehouse)
    if current is None:
        return Check("published", "ok", "nothing yet; a run publishes it")
    version = warehouse.published / current
    if not version.is_dir():
        return Check(
            "published", "fail", f"{version} is gone; roll back to another, or run"
        )
    kept = kept_versions(warehouse, read_runs(warehouse.run_log))
    names = ", ".join(one.name for one in reversed(kept))
    return Check("published", "ok", f"{current} is in force, kept: {names or 'none'}")


def _staged_by_this_code(warehouse: Warehouse) -> Check:
    """Rows that are staged stay as they are: other code would have made others."""
    name = "staged rows"
    path = warehouse.target / "manifest.json"
    if not path.exists() or not warehouse.database.exists():
        return Check(name, "ok", "none yet")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError:
        return Check(name, "warn", "unknown, as a run was killed; run again")
    changed = sorted(
        {
            part
            for node in manifest["nodes"].values()
            if node["config"].get("materialized") == "incremental"
            for part in _changed_parts(node, manifest["macros"])
        }
    )
    if changed:
        return Check(
            name,
            "warn",
            f"made by an older {', '.join(changed[:5])}; let the next run be one with "
            "FULL_REFRESH=1",
        )
    return Check(name, "ok", "made by this code")


def _changed_parts(node: dict[str, Any], macros: dict[str, Any]) -> Iterator[str]:
    """The model and those of its macros whose text is another one now."""
    text = _project_text(node)
    if (
        hashlib.sha256(text.strip().encode()).hexdigest()
        != node["checksum"]["checksum"]
    ):
        yield str(node["original_file_path"])
    for name in node["depends_on"]["macros"]:
        macro = macros[name]
        is_ours = macro["package_name"] == "extraction_watch"
        if is_ours and macro["macro_sql"].strip() not in _project_text(macro):
            yield str(macro["original_file_path"])


def _project_text(part: dict[str, Any]) -> str:
    path = PROJECT / part["original_file_path"]
    return path.read_text("utf-8") if path.exists() else ""


def _last_run(warehouse: Warehouse) -> Check:
    runs = read_runs(warehouse.run_log)
    if not runs:
        return Check("last run", "ok", "none yet")
    last = runs[-1]
    if last.status != "succeeded":
        reason = (last.failure or "").splitlines()[0]
        return Check(
            "last run",
            "warn",
            f"{last.run_id} {last.status}: {reason}; what was published before stays",
        )
    return Check("last run", "ok", f"{last.run_id} succeeded")
