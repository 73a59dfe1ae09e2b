"""The published versions that are kept: which stay, which may be rolled back to."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from extraction_watch.inputs.forgotten import last_forgotten_at
from extraction_watch.publication import RUN, in_force, remove_version
from extraction_watch.run_log import Run, read_run
from extraction_watch.warehouse import Warehouse


def kept_versions(warehouse: Warehouse, runs: Sequence[Run]) -> list[Path]:
    """Versions besides the one in force, by when they were in force last."""
    order = [run.published_run_id for run in runs]
    last = {run_id: place for place, run_id in enumerate(order)}
    current = in_force(warehouse)
    return sorted(
        (
            folder
            for folder in warehouse.published.iterdir()
            if folder.name != current and not folder.name.startswith(".")
        ),
        key=lambda folder: (last.get(folder.name, -1), folder.name),
    )


def may_return(warehouse: Warehouse, version: Path) -> bool:
    """Whether a version is younger than the last forgetting: no rollback may bring a
    forgotten account back."""
    forgotten_at = last_forgotten_at(warehouse.folder)
    return forgotten_at is None or _begun_at(version) >= forgotten_at


def _begun_at(version: Path) -> datetime:
    """Start of the run that made it, UTC without zone."""
    run = read_run(version / RUN)
    if run:
        return datetime.fromisoformat(run.started_at)
    return datetime.strptime(version.name[:15], "%Y%m%dT%H%M%S")


def withdrawn(runs: Sequence[Run]) -> set[str]:
    """Ids of versions that somebody rolled back from."""
    found: set[str] = set()
    current: str | None = None
    for run in runs:
        if run.published_run_id is None:
            continue
        if run.action == "rollback" and current:
            found.add(current)
        found.discard(run.published_run_id)
        current = run.published_run_id
    return found


def remove_old_versions(warehouse: Warehouse, runs: Sequence[Run], kept: int) -> None:
    """Remove all versions but the current one and the last few that may return."""
    versions = kept_versions(warehouse, runs)
    returning = [one for one in versions if may_return(warehouse, one)]
    stay = returning[max(0, len(returning) - kept) :]
    for version in versions:
        if version not in stay:
            remove_version(version)


def remove_never_in_force(warehouse: Warehouse, runs: Sequence[Run]) -> None:
    """Remove versions whose run was stopped just before it let readers find them."""
    known = {run.run_id for run in runs}
    were_in_force = {run.published_run_id for run in runs}
    for version in kept_versions(warehouse, runs):
        if version.name in known - were_in_force:
            remove_version(version)
