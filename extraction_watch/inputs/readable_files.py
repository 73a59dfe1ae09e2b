"""Files as the engines read them, each named by its file id.

`<warehouse>/work/links/<file_id>.<ext>` is a link to a file that can be read as it lies
(so no engine meets a hostile file name), `<warehouse>/work/sanitised/<file_id>.<ext>` a
copy of one that cannot, mode 0600.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast

from extraction_watch.inputs.byte_stream import readable_errors
from extraction_watch.inputs.csv_files import write_csv_as_parquet
from extraction_watch.inputs.inventory import InputFile, Inventory
from extraction_watch.inputs.json_files import write_clean_json
from extraction_watch.inputs.parquet_files import write_clean_parquet


def provide_readable_files(inventory: Inventory) -> dict[str, Path]:
    """Path by file id. Links and copies of files that are gone are removed."""
    if inventory.warehouse is None:
        return {}
    work = inventory.warehouse / "work"
    paths = {file.file_id: readable_path(file, work) for file in inventory.files}
    for folder in (work / "links", work / "sanitised"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_others(folder, paths.values())
    for file in inventory.files:
        path = paths[file.file_id]
        if file.facts.is_clean:
            _link(file.absolute_path, path)
        elif not path.exists():
            _copy(file, path)
    return paths


def readable_path(file: InputFile, work: Path) -> Path:
    """Where the link or the copy of a file lies."""
    if file.facts.is_clean:
        return work / "links" / f"{file.file_id}.{file.extension}"
    extension = "jsonl" if file.file_type == "json" else "parquet"
    return work / "sanitised" / f"{file.file_id}.{extension}"


def _link(target: Path, link: Path) -> None:
    if link.is_symlink() and Path(os.readlink(link)) == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _copy(file: InputFile, path: Path) -> None:
    """Write the copy aside and move it into place, so that no half is ever read."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with (
            os.fdopen(handle, "wb") as target,
            readable_errors(file.absolute_path),
        ):
            binary = cast(BinaryIO, target)
            if file.file_type == "csv":
                write_csv_as_parquet(file.absolute_path, file.facts, binary)
            elif file.file_type == "json":
                write_clean_json(file.absolute_path, binary)
            else:
                write_clean_parquet(file.absolute_path, binary)
            binary.flush()
            os.fsync(binary.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _remove_others(folder: Path, wanted: Iterable[Path]) -> None:
    keep = set(wanted)
    for path in folder.iterdir():
        if path not in keep:
            path.unlink()
