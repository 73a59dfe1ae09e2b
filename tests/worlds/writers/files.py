"""Tables as files: Parquet, JSON lines (plain or gzipped) or CSV."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

FILE_TYPES = ("parquet", "jsonl", "jsonl.gz", "csv")


def write_tables(tables: Iterable[pa.Table], path: Path, file_type: str) -> None:
    """Write tables of one schema below each other into `path` plus its ending.

    JSON lines write timestamps as `YYYY-MM-DD HH:MM:SS.ffffff` and leave nulls in; CSV
    writes them empty, and lists as JSON text.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_name(f"{path.name}.{file_type}")
    {
        "parquet": _write_parquet,
        "jsonl": _write_json_lines,
        "jsonl.gz": _write_json_lines,
        "csv": _write_csv,
    }[file_type](tables, target)


def _write_parquet(tables: Iterable[pa.Table], target: Path) -> None:
    writer: pq.ParquetWriter | None = None
    for table in tables:
        if writer is None:
            writer = pq.ParquetWriter(target, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _write_json_lines(tables: Iterable[pa.Table], target: Path) -> None:
    with _opened(target) as file:
        for table in tables:
            for row in times_as_text(table).to_pylist():
                line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
                file.write(line.encode() + b"\n")


def write_lines(tables: Iterable[pa.Table], path: Path, file_type: str) -> None:
    """Write the texts of tables of one column, `line`, as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _opened(path.with_name(f"{path.name}.{file_type}")) as file:
        for table in tables:
            for line in table.column("line").to_pylist():
                file.write(line.encode() + b"\n")


def _opened(target: Path) -> BinaryIO:
    if target.suffix == ".gz":
        # No file name and time in it: the same rows give the same bytes.
        return cast(BinaryIO, gzip.GzipFile("", "wb", 4, target.open("wb"), mtime=0))
    return target.open("wb")


def _write_csv(tables: Iterable[pa.Table], target: Path) -> None:
    writer: pacsv.CSVWriter | None = None
    for table in tables:
        plain = lists_as_json(times_as_text(table))
        if writer is None:
            writer = pacsv.CSVWriter(target, plain.schema)
        writer.write_table(plain)
    if writer is not None:
        writer.close()


def times_as_text(table: pa.Table) -> pa.Table:
    """Timestamps as ISO text to the microsecond."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            text = pc.strftime(table.column(place), "%Y-%m-%d %H:%M:%S")
            table = table.set_column(place, field.name, text)
    return table


def lists_as_json(table: pa.Table) -> pa.Table:
    """Lists of strings as JSON text."""
    for place, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            text = [
                None if value is None else json.dumps(value, ensure_ascii=False)
                for value in table.column(place).to_pylist()
            ]
            table = table.set_column(place, field.name, pa.array(text, pa.string()))
    return table
