"""Which files of a folder belong to which table."""

from collections.abc import Iterator
from pathlib import Path

from extraction_watch.inputs.errors import InputError
from extraction_watch.inputs.file_types import EXTENSIONS, extension_of
from extraction_watch.inputs.sources import Source


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
        raise InputError(
            f"The folder {folder} holds no {name}, the main table of the {source.name} "
            f"format. Put a file {name}.<ext> or a folder {name}/ of files there "
            f"(ext: {', '.join(EXTENSIONS)})."
        )


def table_files(folder: Path, table: str) -> list[Path]:
    """Files `<table>.<ext>` in `folder` and all below `<folder>/<table>/`, sorted.

    Hidden files, `_*`, `*.tmp` and unknown extensions are left out.
    """
    single = (folder / f"{table}.{extension}" for extension in EXTENSIONS)
    found = [path for path in single if path.is_file()]
    found += _files_below(folder / table)
    return sorted(found)


def _files_below(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be read: {error.strerror}."
        ) from error
    for entry in entries:
        if entry.name.startswith((".", "_")) or entry.name.endswith(".tmp"):
            continue
        if entry.is_dir():
            yield from _files_below(entry)
        elif extension_of(entry) is not None:
            yield entry
