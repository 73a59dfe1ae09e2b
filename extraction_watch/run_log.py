"""The log of all runs, failed ones too: `runs.jsonl` in the warehouse."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

VERSION = "0.1.0"


@dataclass
class Run:
    """What the published table `runs` tells of one run; see its contract."""

    run_id: str
    engine: str
    started_at: str
    version: str = VERSION
    status: str = "failed"
    failure: str | None = "the run did not end"
    input_formats: str | None = None
    checks: str | None = None
    checks_by: str | None = None
    rows_read: int | None = None
    rows_accepted: int | None = None
    rows_duplicate: int | None = None
    rows_rejected: int | None = None
    prior_log_odds: float | None = None
    duration_seconds: float | None = None
    is_full_refresh: bool = False
    is_published: bool = False
    action: str = "run"
    published_run_id: str | None = None
    ended_at: str | None = None

    def __post_init__(self) -> None:
        if self.is_published:  # not said before there were rollbacks
            self.published_run_id = self.run_id

    def end(self) -> None:
        """It ends now."""
        self.ended_at = now()
        took = datetime.fromisoformat(self.ended_at) - datetime.fromisoformat(
            self.started_at
        )
        self.duration_seconds = round(took.total_seconds(), 3)


def now() -> str:
    """The time in UTC, without zone, to the microsecond."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")


def start_run(engine: str, is_full_refresh: bool, action: str = "run") -> Run:
    """A run that begins now; until it is told otherwise it counts as failed."""
    started_at = now()
    stamp = datetime.fromisoformat(started_at).strftime("%Y%m%dT%H%M%S")
    return Run(
        run_id=f"{stamp}-{secrets.token_hex(3)}",
        engine=engine,
        started_at=started_at,
        is_full_refresh=is_full_refresh,
        action=action,
    )


def record(path: Path, run: Run) -> None:
    """Append what is known of a run; the last line of a run counts."""
    line = json.dumps(asdict(run), sort_keys=True) + "\n"
    with open(
        os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b"
    ) as file:
        if file.seek(0, os.SEEK_END) and not _ends_a_line(file):
            line = "\n" + line
        file.write(line.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def _ends_a_line(file: BinaryIO) -> bool:
    """False where a run was killed while it wrote its line, or the disk was full."""
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def read_runs(path: Path) -> list[Run]:
    """Every run in the order of its start. A line cut off by a crash is passed over:
    what it would have said is in the line that the next step of the run wrote, or the
    run did not end."""
    if not path.exists():
        return []
    runs: dict[str, Run] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        run = _parsed(line)
        if run:
            runs[run.run_id] = run
    return sorted(runs.values(), key=lambda run: (run.started_at, run.run_id))


def read_run(path: Path) -> Run | None:
    """The run that a file of one line tells of; None without such a line."""
    return _parsed(path.read_text("utf-8")) if path.exists() else None


def _parsed(line: str) -> Run | None:
    """The run of a line; None for a line that was cut off."""
    try:
        values = json.loads(line)
        return Run(**{name: values[name] for name in values if name in _FIELDS})
    except (TypeError, ValueError):
        return None


_FIELDS = {field.name for field in fields(Run)}
