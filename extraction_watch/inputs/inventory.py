"""The inventory: every input file of every configured folder, checked and hashed."""

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from extraction_watch.inputs.byte_stream import readable_errors
from extraction_watch.inputs.csv_files import csv_facts
from extraction_watch.inputs.discovery import (
    SHOWN,
    check_folder,
    table_files,
    unread_entries,
)
from extraction_watch.inputs.errors import InputError, printable
from extraction_watch.inputs.facts import FileFacts
from extraction_watch.inputs.file_types import extension_of, type_of
from extraction_watch.inputs.forgotten import forgotten_hashes
from extraction_watch.inputs.hash_cache import HashCache
from extraction_watch.inputs.json_files import json_facts
from extraction_watch.inputs.parquet_files import parquet_facts
from extraction_watch.inputs.sources import Source, Table, load_sources

WAREHOUSE_VARIABLE = "EXTRACTION_WATCH_WAREHOUSE"
FACTS = {"json": json_facts, "csv": csv_facts, "parquet": parquet_facts}


@dataclass(frozen=True)
class InputFile:
    """One file of one raw table.

    `path` is relative to the folder, `size` in bytes, `modified_ns` in nanoseconds
    since 1970, `file_id` the md5 of source, table, path, size and content hash.
    `ignored_columns` are in the file but not declared.
    """

    source: str
    table: str
    path: str
    absolute_path: Path
    size: int
    modified_ns: int
    content_md5: str
    file_id: str
    extension: str
    facts: FileFacts
    ignored_columns: tuple[str, ...]

    @property
    def file_type(self) -> str:
        return type_of(self.extension)


@dataclass(frozen=True)
class Inventory:
    """All declared formats, and the files found, sorted by source, table and path.

    `warehouse` is None when there is none; then there are no files. `forgotten` are the
    keyed hashes of the accounts whose rows are left out.
    """

    sources: Mapping[str, Source]
    files: tuple[InputFile, ...]
    warehouse: Path | None
    forgotten: tuple[str, ...] = ()

    @property
    def tables(self) -> list[Table]:
        return [table for source in self.sources.values() for table in source.tables]

    def files_of(self, table: Table) -> list[InputFile]:
        key = (table.source, table.name)
        return [file for file in self.files if (file.source, file.table) == key]


def configured_folders(
    environment: Mapping[str, str], sources: Mapping[str, Source]
) -> dict[str, Path]:
    """Folder per format from EXTRACTION_WATCH_<FORMAT>_LOGS; empty values are unset.

    Raises InputError for a format that is not declared.
    """
    folders = {}
    for name, value in environment.items():
        if name.startswith("EXTRACTION_WATCH_") and name.endswith("_LOGS") and value:
            log_format = name[len("EXTRACTION_WATCH_") : -len("_LOGS")].lower()
            check_format(log_format, sources)
            folders[log_format] = Path(value)
    return folders


def check_format(log_format: str, sources: Mapping[str, Source]) -> None:
    """Raise InputError unless the log format is declared."""
    if log_format not in sources:
        raise InputError(
            f"The log format {log_format} is unknown. "
            f"Known formats: {', '.join(sorted(sources))}."
        )


def inventory_from_environment(
    environment: Mapping[str, str] = os.environ,
) -> Inventory:
    """The inventory of the folders that the environment names; none: an empty one."""
    sources = load_sources()
    folders = configured_folders(environment, sources)
    warehouse = environment.get(WAREHOUSE_VARIABLE)
    if not folders:
        return Inventory(sources, (), Path(warehouse) if warehouse else None)
    if not warehouse:
        raise InputError(
            f"{WAREHOUSE_VARIABLE} is not set. Set it to the folder for the results."
        )
    return take_inventory(folders, Path(warehouse), sources)


def take_inventory(
    folders: Mapping[str, Path], warehouse: Path, sources: Mapping[str, Source]
) -> Inventory:
    """Find, check and hash all files of the given folders (format -> folder).

    A file is read only when size or modification time differ from the last run.
    Raises InputError where a folder, a file or the list of forgotten accounts cannot be
    used.
    """
    forgotten = forgotten_hashes(warehouse)
    found: list[tuple[Table, Path, Path]] = []
    for log_format, folder in folders.items():
        check_format(log_format, sources)
        with readable_errors(folder):
            check_folder(folder, sources[log_format])
            found += [
                (table, folder.resolve(), path)
                for table in tables_in_folder(log_format, sources)
                for path in table_files(folder.resolve(), table.name)
            ]
    cache = HashCache(warehouse / "work" / "file_hashes.json")
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        files = list(pool.map(partial(_input_file, cache), found))
    cache.save()
    unique = {file.file_id: file for file in files}
    return Inventory(sources, tuple(unique.values()), warehouse.resolve(), forgotten)


def tables_in_folder(log_format: str, sources: Mapping[str, Source]) -> list[Table]:
    """Tables whose files may lie in the folder of a format."""
    return [
        table
        for source in sources.values()
        for table in source.tables
        if table.in_every_folder or log_format == source.name
    ]


def unread_notes(inventory: Inventory, folders: Mapping[str, Path]) -> list[str]:
    """What lies in the folders and is not read, a sentence each, to be shown."""
    notes = []
    for log_format, folder in folders.items():
        tables = tables_in_folder(log_format, inventory.sources)
        unread = unread_entries(folder, tables)
        if unread:
            notes.append(f"not read in {folder}: {_some(unread)}")
    ignored: dict[str, list[str]] = {}
    for file in inventory.files:
        ignored.setdefault(file.table, []).extend(file.ignored_columns)
    for table, names in ignored.items():
        if names:
            unique = list(dict.fromkeys(names))
            notes.append(f"columns of {table} that are not read: {_some(unique)}")
    return [printable(note) for note in notes]


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + f", and {len(names) - SHOWN} more" * (
        len(names) > SHOWN
    )


def _input_file(cache: HashCache, found: tuple[Table, Path, Path]) -> InputFile:
    """Check and hash one found file: table, folder, path."""
    table, folder, path = found
    extension = extension_of(path)
    assert extension is not None, "discovery returns known extensions only"
    with readable_errors(path):
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path} is no file but a pipe, a socket or a device.")
        facts = cache.get(path, status.st_size, status.st_mtime_ns)
        if facts is None:
            facts = FACTS[type_of(extension)](path)
            cache.put(path, status.st_size, status.st_mtime_ns, facts)
    _check_columns(table, path, facts)
    relative = path.relative_to(folder).as_posix()
    size = status.st_size
    identity = f"{table.source}|{table.name}|{relative}|{size}|{facts.content_md5}"
    declared = {column.name.lower() for column in table.columns}
    return InputFile(
        source=table.source,
        table=table.name,
        path=os.fsencode(relative).decode("utf-8", errors="replace"),
        absolute_path=path,
        size=size,
        modified_ns=status.st_mtime_ns,
        content_md5=facts.content_md5,
        file_id=hashlib.md5(os.fsencode(identity), usedforsecurity=False).hexdigest(),
        extension=extension,
        facts=facts,
        ignored_columns=tuple(
            column.name
            for column in facts.columns
            if not table.as_lines and column.name.lower() not in declared
        ),
    )


def _check_columns(table: Table, path: Path, facts: FileFacts) -> None:
    """Raise InputError for repeated names and for required columns that are absent."""
    if table.as_lines or not facts.columns:
        return
    names = [column.name for column in facts.columns]
    lower = Counter(name.lower() for name in names)
    is_json = facts.columns[0].physical_type == "json"
    repeated = [name for name, times in lower.items() if times > 1]
    if repeated and not is_json:
        raise InputError(
            f"The file {path} has more than one column {repeated[0]}. "
            "Rename or drop the others."
        )
    present = set(names) if is_json else set(lower)
    absent = [
        column.name
        for column in table.columns
        if column.is_required
        and (column.name if is_json else column.name.lower()) not in present
    ]
    if absent:
        declared = {column.name for column in table.columns}
        others = sorted(present - declared)
        near = [
            f"{close[0]} may be {name}"
            for name in absent
            if (close := get_close_matches(name, others, 1))
        ]
        raise InputError(
            f"The file {path} lacks the required column"
            f"{'s' if len(absent) > 1 else ''} {', '.join(absent)} of {table.name}. "
            f"It has: {', '.join(names[:20])}{', ...' if len(names) > 20 else ''}. "
            + (f"Rename them: {'; '.join(near)}. " if near else "")
            + "Check the format, the header and the names."
        )
