"""CSV: read by Python's csv module and written once as Parquet for the engines.

A record that cannot be read costs one row, its first line; reading goes on after it.
"""

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from extraction_watch.inputs.byte_stream import LONGEST_LINE, check_text, open_unpacked
from extraction_watch.inputs.errors import InputError
from extraction_watch.inputs.facts import FileColumn, FileFacts

LINE_COLUMN = "__line__"
MALFORMED_COLUMN = "__malformed__"
NULLS = ("", "null", "NULL")
LONGEST_HEADER = 1024 * 1024
TOO_LONG = '"too long"!\n'
"""Stands in the place of a line of more than LONGEST_LINE: a malformed record."""
BATCH_CHARACTERS = 16 * 1024 * 1024


def csv_facts(path: Path) -> FileFacts:
    """Hash of a CSV file and the names in its header. An empty file has no columns.

    Raises InputError for a header that cannot be read and for another delimiter than
    the comma.
    """
    with open_unpacked(path) as (stream, hashing):
        check_text(path, stream)
        header = _header(path, stream)
        has_rows = False
        while block := stream.read(io.DEFAULT_BUFFER_SIZE * 128):
            has_rows = has_rows or bool(block.strip())
        content_md5 = hashing.content_md5()
    names = _names(path, header)
    if has_rows and not names:
        raise InputError(
            f"The first line of the CSV file {path} is blank. Begin with the header."
        )
    _check_header(path, names)
    columns = tuple(FileColumn(name.strip(), "text", "csv") for name in names)
    return FileFacts(content_md5, columns, is_clean=False)


def write_csv_as_parquet(path: Path, facts: FileFacts, target: BinaryIO) -> None:
    """Write the records as text columns plus line number and whether malformed.

    Empty fields and the word null are null.
    """
    csv.field_size_limit(sys.maxsize)
    names = [column.name for column in facts.columns]
    batch = _Batch(names)
    with open_unpacked(path) as (stream, _):
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
        with pq.ParquetWriter(target, batch.schema, compression="zstd") as writer:
            for line, record in _records(text, len(names)):
                batch.add(line, record)
                if batch.characters > BATCH_CHARACTERS:
                    writer.write_batch(batch.take())
            writer.write_batch(batch.take())
            text.detach()


@dataclass
class _Batch:
    names: list[str]
    records: list[list[str | None]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    malformed: list[bool] = field(default_factory=list)
    characters: int = 0

    @property
    def schema(self) -> pa.Schema:
        texts = [(name, pa.string()) for name in self.names]
        ours = [(LINE_COLUMN, pa.int64()), (MALFORMED_COLUMN, pa.bool_())]
        return pa.schema([*texts, *ours])

    def add(self, line: int, record: list[str] | None) -> None:
        """Add a record, or with None a malformed one."""
        values = record if record is not None else [""] * len(self.names)
        self.records.append([None if value in NULLS else value for value in values])
        self.lines.append(line)
        self.malformed.append(record is None)
        self.characters += sum(map(len, values)) + 8 * len(values)

    def take(self) -> pa.RecordBatch:
        columns = list(zip(*self.records, strict=True)) or [()] * len(self.names)
        arrays = [pa.array(column, pa.string()) for column in columns]
        arrays += [
            pa.array(self.lines, pa.int64()),
            pa.array(self.malformed, pa.bool_()),
        ]
        batch = pa.record_batch(arrays, schema=self.schema)
        self.records, self.lines, self.malformed, self.characters = [], [], [], 0
        return batch


class _Lines:
    """Lines with their number, of which read ones can be given back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._returned: list[str] = []
        self.number = 0

    def take(self) -> str:
        """The next line, or an empty string at the end."""
        line = self._returned.pop() if self._returned else self._read()
        self.number += bool(line)
        return line

    def _read(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if len(line) < LONGEST_LINE:
            return line
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(LONGEST_LINE)
        return TOO_LONG

    def give_back(self, lines: list[str]) -> None:
        self._returned += reversed(lines)
        self.number -= len(lines)


def _records(
    text: io.TextIOWrapper, width: int
) -> Iterator[tuple[int, list[str] | None]]:
    """First line (1-based) and fields of each record after the header.

    The fields are None where the record is malformed. Blank lines are no records.
    """
    lines = _Lines(text)
    lines.take()
    while first := lines.take():
        if not first.strip():
            continue
        number = lines.number
        record = _assemble(first, lines)
        fields = _fields("".join(record), width)
        if fields is None:
            lines.give_back(record[1:])
        yield number, fields


def _assemble(first: str, lines: _Lines) -> list[str]:
    """The lines of the record that starts with `first`: quotes may span lines."""
    record = [first]
    characters = len(first)
    is_open = _ends_in_quotes(first, is_open=False)
    while is_open and characters < LONGEST_LINE and (line := lines.take()):
        record.append(line)
        characters += len(line)
        is_open = _ends_in_quotes(line, is_open=True)
    return record


def _ends_in_quotes(line: str, is_open: bool) -> bool:
    """Whether a quoted field is open at the end of a line."""
    position = 0
    while True:
        if not is_open and not line.startswith('"', position):
            comma = line.find(",", position)
            if comma < 0:
                return False
            position = comma + 1
            continue
        quote = line.find('"', position if is_open else position + 1)
        while quote >= 0 and line.startswith('"', quote + 1):
            quote = line.find('"', quote + 2)
        if quote < 0:
            return True
        is_open = False
        comma = line.find(",", quote + 1)
        if comma < 0:
            return False
        position = comma + 1


def _fields(record: str, width: int) -> list[str] | None:
    try:
        fields = next(csv.reader([record], strict=True))
    except csv.Error:
        return None
    return fields if len(fields) == width else None


def _header(path: Path, stream: BinaryIO) -> str:
    line = stream.readline(LONGEST_HEADER)
    if len(line) == LONGEST_HEADER:
        raise InputError(
            f"The first line of the CSV file {path} is longer than a header can be."
        )
    return line.decode("utf-8-sig", errors="replace").strip()


def _names(path: Path, header: str) -> list[str]:
    try:
        return next(csv.reader([header]), []) if header else []
    except csv.Error as error:
        raise InputError(
            f"The header of the CSV file {path} cannot be read: {error}."
        ) from error


def _check_header(path: Path, names: list[str]) -> None:
    for name in (LINE_COLUMN, MALFORMED_COLUMN):
        if name in (one.strip() for one in names):
            raise InputError(f"Rename the column {name} of the CSV file {path}.")
    if len(names) == 1:
        for delimiter, name in ((";", "semicolon"), ("\t", "tab"), ("|", "bar")):
            if delimiter in names[0]:
                raise InputError(
                    f"The CSV file {path} separates its columns by {name}. "
                    "Write it with commas."
                )
