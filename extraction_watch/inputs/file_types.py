"""File types by extension."""

from pathlib import Path

JSON_EXTENSIONS = ("jsonl", "ndjson", "json")
EXTENSIONS = (
    "parquet",
    "csv",
    "csv.gz",
    *JSON_EXTENSIONS,
    *(f"{extension}.gz" for extension in JSON_EXTENSIONS),
)


def extension_of(path: Path) -> str | None:
    """The known extension of a file name in lower case, or None."""
    name = path.name.lower()
    for extension in sorted(EXTENSIONS, key=len, reverse=True):
        if name.endswith(f".{extension}"):
            return extension
    return None


def type_of(extension: str) -> str:
    """`parquet`, `csv` or `json` (one object per line)."""
    first = extension.split(".")[0]
    return "json" if first in JSON_EXTENSIONS else first
