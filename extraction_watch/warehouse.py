"""The folder that holds everything of one installation, and who may write there."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TIMELINE = "detection_timeline.parquet"


class WarehouseError(Exception):
    """The warehouse cannot be used; the message says why and what to do."""


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
        """Hold the warehouse alone, or say which process does."""
        path = self.work / "lock"
        with open(path, "a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise WarehouseError(
                    f"Another run (process {holder}) works on {self.folder}. "
                    "Wait until it ends."
                ) from error
            file.truncate(0)
            file.write(str(os.getpid()))
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
        write_atomically(
            self.work / "log_folders.json",
            json.dumps(folders, indent=1, sort_keys=True),
        )
        return folders


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old or the new text, never a part."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.touch(mode=0o600)
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)
