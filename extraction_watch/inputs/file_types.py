"""File types by extension."""

import re
from pathlib import Path

JSON_EXTENSIONS = ("jsonl", "ndjson", "json")
EXTENSIONS = (
    "parquet",
    "csv",
    "csv.gz",
    "csv.zst",
    *JSON_EXTENSIONS,
    *(f"{extension}.gz" for extension in JSON_EXTENSIONS),
    *(f"{extension}.zst" for extension in JSON_EXTENSIONS),
)
UNREADABLE = re.compile(
    r"\.((parquet|csv|tsv|jsonl|ndjson|json)\.(bz2|xz|lz4|br|snappy|zip|7z|lzo|gz|zst)"
    r"|zip|tar|tgz|tar\.\w+|avro|orc|arrow|feather|tsv|xlsx?)$",
    re.IGNORECASE,
)
"""Ends of the names of files that hold data which is not read."""


def extension_of(path: Path) -> str | None:
    """The known extension of a file name in lower case, or None."""
    name = path.name.lower()
    for extension in sorted(EXTENSIONS, key=len, reverse=True):
        if name.endswith(f".{extension}"):
            return extension
    return None


def holds_unread_data(path: Path) -> bool:
    """Whether a file, by its name, holds data of a type that is not read."""
    return extension_of(path) is None and UNREADABLE.search(path.name) is not None


def type_of(extension: str) -> str:
    """`parquet`, `csv` or `json` (one object per line)."""
    first = extension.split(".")[0]
    return "json" if first in JSON_EXTENSIONS else first
