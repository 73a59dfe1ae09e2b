"""What is known of files from earlier runs, so that history is not read again."""

import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from extraction_watch.inputs.facts import FileColumn, FileFacts

VERSION = 2


class HashCache:
    """Facts by (path, size, modification time) in a JSON file of mode 0600.

    A missing, damaged or older cache is an empty one: it only saves time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._old = _read(path)
        self._used: dict[str, dict[str, Any]] = {}

    def get(self, path: Path, size: int, modified_ns: int) -> FileFacts | None:
        entry = self._old.get(str(path), {})
        try:
            facts = dict(entry["facts"])
            columns = tuple(FileColumn(**column) for column in facts["columns"])
            known = FileFacts(**facts | {"columns": columns})
            is_same = (entry["size"], entry["modified_ns"]) == (size, modified_ns)
        except (KeyError, TypeError, ValueError):
            return None
        if not is_same:
            return None
        self._used[str(path)] = entry
        return known

    def put(self, path: Path, size: int, modified_ns: int, facts: FileFacts) -> None:
        self._used[str(path)] = {
            "size": size,
            "modified_ns": modified_ns,
            "facts": asdict(facts),
        }

    def save(self) -> None:
        """Write what this run used, in one atomic step; the rest is forgotten."""
        if self._used == self._old:
            return
        text = json.dumps({"version": VERSION, "files": self._used})
        write_atomically(self._path, text.encode("utf-8", errors="surrogateescape"))


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict) or content.get("version") != VERSION:
        return {}
    files = content.get("files")
    return files if isinstance(files, dict) else {}
