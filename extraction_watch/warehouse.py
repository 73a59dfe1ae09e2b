"""The folder that holds everything of one installation, and who may write there."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from extraction_watch.inputs.hash_cache import write_atomically
from extraction_watch.run_log import now

TIMELINE = "detection_timeline.parquet"


class WarehouseError(Exception):
    """The warehouse cannot be used; the message says why and what to do."""


class LockedError(WarehouseError):
    """Somebody else works on the warehouse; the message says who, and since when."""


@dataclass(frozen=True)
class Warehouse:
    """Paths below one folder.

    `work` is private to the runs, `published` holds the versions that readers see
    through the links `current`, `extraction_watch.duckdb` and `parquet`.
    """

    folder: Path

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def database(self) -> Path:
        """The working database, which only one run at a time opens."""
        return self.work / "extraction_watch_work.duckdb"

    @property
    def target(self) -> Path:
        """What dbt writes about its last build."""
        return self.work / "target"

    @property
    def timeline(self) -> Path:
        """What the last back-test found, which `detection_timeline` shows."""
        return self.work / TIMELINE

    @property
    def logs(self) -> Path:
        return self.work / "logs"

    @property
    def published(self) -> Path:
        return self.folder / "published"

    @property
    def current(self) -> Path:
        """Link to the published version in force."""
        return self.folder / "current"

    @property
    def data_docs(self) -> Path:
        return self.folder / "data_docs"

    @property
    def run_log(self) -> Path:
        return self.folder / "runs.jsonl"

    def prepare(self) -> None:
        """Make the folders, readable by their owner only."""
        try:
            for folder in (self.work, self.target, self.logs, self.published):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(
                f"The warehouse {self.folder} cannot be written: {error.strerror}. "
                "Name a folder that you may write to with WAREHOUSE=."
            ) from error

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the warehouse alone, or say which process does and since when.

        The system lets go of the lock when its holder ends, however it ends. What the
        holder started holds it too: where that outlives its holder, it is waited for.
        """
        path = self.work / "lock"
        with open(path, "a+", encoding="utf-8") as file:
            os.set_inheritable(file.fileno(), True)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = read_holder(path)
                if holder.is_alive:
                    raise LockedError(
                        f"Another run ({holder}) works on {self.folder}. Wait until it "
                        "ends."
                    ) from error
                fcntl.flock(file, fcntl.LOCK_EX)
            file.truncate(0)
            file.write(f"{os.getpid()} {now()}")
            file.flush()
            yield

    def remembered_logs(self) -> dict[str, str]:
        """Folder of each log format that earlier runs read."""
        path = self.work / "log_folders.json"
        if not path.exists():
            return {}
        folders: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return folders

    def remember_logs(self, log_format: str, folder: Path) -> dict[str, str]:
        """Add a folder; one warehouse may read several formats, each from its own."""
        folders = self.remembered_logs() | {log_format: str(folder)}
        text = json.dumps(folders, indent=1, sort_keys=True)
        write_atomically(self.work / "log_folders.json", text.encode("utf-8"))
        return folders


@dataclass(frozen=True)
class Holder:
    """Who wrote into a lock file; `process` is 0 where nobody did."""

    process: int
    since: str

    def __str__(self) -> str:
        return f"process {self.process or 'unknown'}, since {self.since or 'now'} UTC"

    @property
    def is_alive(self) -> bool:
        """Whether such a process is there; where nobody is named, somebody is."""
        if not self.process:
            return True
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def read_holder(lock: Path) -> Holder:
    """Who holds the lock of this file, or held it last."""
    process, _, since = lock.read_text("utf-8").partition(" ")
    return Holder(int(process) if process.isdigit() else 0, since[:19])
