"""Which files of a folder belong to which table."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from extraction_watch.inputs.errors import InputError, printable
from extraction_watch.inputs.file_types import (
    EXTENSIONS,
    extension_of,
    holds_unread_data,
)
from extraction_watch.inputs.sources import Source, Table

SHOWN = 10
NEAR = 0.75
"""How alike a name must be to a table's to be taken for a mistyped one."""


def check_folder(folder: Path, source: Source) -> None:
    """Raise InputError unless `folder` is there and holds the format's main table."""
    name = source.main_table.name
    if not folder.exists():
        raise InputError(
            f"The folder {folder} of the {source.name} logs does not exist. "
            "Check the path."
        )
    if not folder.is_dir():
        raise InputError(
            f"{folder} is no folder. Give the one that holds {name}.<ext> or {name}/."
        )
    if not table_files(folder, name):
        there = sorted(entry.name for entry in folder.iterdir() if not _is_left(entry))
        raise InputError(
            f"The folder {folder} holds no {name}, the main table of the {source.name} "
            f"format. Put a file {name}.<ext> or a folder {name}/ of files there "
            f"(ext: {', '.join(EXTENSIONS)}). It holds: "
            f"{', '.join(there[:SHOWN]) or 'nothing'}{', ...' * (len(there) > SHOWN)}."
        )


def table_files(folder: Path, table: str) -> list[Path]:
    """Files `<table>.<ext>` in `folder` and all below `<folder>/<table>/`, sorted.

    A folder may be named as a file is (`<table>.parquet/`). Hidden files, `_*`, `*.tmp`
    and unknown extensions are left out. Raises InputError for data of a type that is
    not read: it would be missed by nobody.
    """
    single = [folder / f"{table}.{extension}" for extension in EXTENSIONS]
    found = [path for path in single if path.exists() and not path.is_dir()]
    for below in (folder / table, *single):
        found += _files_below(below, ())
    for entry in folder.iterdir():
        if entry.name.startswith(f"{table}.") and not _is_left(entry):
            _refuse_unread(entry)
    return sorted(found)


def unread_entries(folder: Path, tables: Iterable[Table]) -> list[str]:
    """Names in `folder` that are of no table, each with the table it may be meant for.

    `tables` are those whose files may lie in the folder.
    """
    names = {table.name for table in tables}
    unread = []
    for entry in sorted(folder.iterdir()):
        stem = entry.name.split(".", 1)[0]
        is_table = stem in names and (entry.is_dir() or extension_of(entry))
        if is_table or _is_left(entry):
            continue
        near = get_close_matches(stem.lower(), names, 1, NEAR)
        meant = f" (meant for {near[0]}?)" if near and stem not in names else ""
        unread.append(printable(f"{entry.name}{meant}"))
    return unread


def _is_left(entry: Path) -> bool:
    """What other programs leave lying, and is no data."""
    return entry.name.startswith((".", "_")) or entry.name.endswith(".tmp")


def _refuse_unread(entry: Path) -> None:
    if holds_unread_data(entry) and not entry.is_dir():
        raise InputError(
            f"The file {entry} is of a type that is not read. Write it as one of "
            f"{', '.join(EXTENSIONS)}, or move it elsewhere."
        )


def _files_below(folder: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    """Files below a folder; one that leads back to one above is not."""
    if not folder.is_dir() or folder.resolve() in above:
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be read: {error.strerror}."
        ) from error
    for entry in entries:
        if _is_left(entry):
            continue
        _refuse_unread(entry)
        if entry.is_dir():
            yield from _files_below(entry, (*above, folder.resolve()))
        elif extension_of(entry) is not None:
            yield entry
