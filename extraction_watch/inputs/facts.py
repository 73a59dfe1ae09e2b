"""What one pass over a file finds out about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileColumn:
    """A column as it lies in the file.

    `kind` is what `casts` decides by: text, integer, float, decimal, boolean,
    timestamp, timestamp_with_zone, date, text_list, list, nested, uuid, binary, other.
    `physical_type` is the exact type, so that only equal files are read together.
    """

    name: str
    kind: str
    physical_type: str


@dataclass(frozen=True)
class FileFacts:
    """`columns`: of a text file, those that its first lines show.

    `lines` and `longest_line` (bytes, at most): of a JSON lines file, else 0.
    `is_clean`: the engines can read the file as it lies; else a copy is made.
    """

    content_md5: str
    columns: tuple[FileColumn, ...]
    lines: int = 0
    longest_line: int = 0
    is_clean: bool = True
