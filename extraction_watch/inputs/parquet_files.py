"""Parquet: the columns of a file, by kind, and a copy where its text is no UTF-8."""

from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from extraction_watch.inputs.byte_stream import BLOCK_BYTES, open_unpacked
from extraction_watch.inputs.errors import InputError
from extraction_watch.inputs.facts import FileColumn, FileFacts

BATCH_ROWS = 8192
MS = "timestamp[ms"
MILLISECONDS_MAX = (2**63 - 1) // 1000


def parquet_facts(path: Path) -> FileFacts:
    """Hash of a Parquet file, its columns, and whether its text is UTF-8.

    Raises InputError if it is no Parquet file, or a damaged one.
    """
    with open_unpacked(path) as (stream, hashing):
        while stream.read(BLOCK_BYTES):
            pass
        content_md5 = hashing.content_md5()
    try:
        file = pq.ParquetFile(path)
        columns = tuple(
            FileColumn(field.name, kind_of(field.type), str(field.type))
            for field in file.schema_arrow
        )
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The file {path} is no Parquet file, or it is truncated. Write it again, "
            "or give it the extension of its real format."
        ) from error
    with file:
        try:
            _check_times(path, file)
            is_clean = _is_clean(file, columns)
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                f"The Parquet file {path} is damaged: {error}. Write it again."
            ) from error
    return FileFacts(content_md5, columns, is_clean=is_clean)


def write_clean_parquet(path: Path, target: BinaryIO) -> None:
    """Copy a file with U+FFFD in the place of invalid UTF-8. Rows keep their numbers.

    Raises InputError where such text lies inside of structs or maps.
    """
    with (
        pq.ParquetFile(path) as file,
        pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as writer,
    ):
        for batch in file.iter_batches(BATCH_ROWS):
            columns = [
                _clean_column(path, name, column)
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=batch.schema))


def _check_times(path: Path, file: pq.ParquetFile) -> None:
    """Raise InputError for milliseconds that are too many to be microseconds, at which
    engines stop."""
    names = [
        field.name for field in file.schema_arrow if str(field.type).startswith(MS)
    ]
    for batch in file.iter_batches(BATCH_ROWS, columns=names):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            span = pc.min_max(column.cast(pa.int64())).as_py()
            if max(abs(span["min"] or 0), abs(span["max"] or 0)) > MILLISECONDS_MAX:
                raise InputError(
                    f"The column {name} of the Parquet file {path} holds a time beyond "
                    "the year 290000. Write it again without that time."
                )


def _is_clean(file: pq.ParquetFile, columns: tuple[FileColumn, ...]) -> bool:
    text = [c.name for c in columns if c.kind in ("text", "text_list", "nested")]
    for batch in file.iter_batches(BATCH_ROWS, columns=text):
        if not _is_valid(batch):
            return False
    return True


def _is_valid(data: pa.RecordBatch | pa.Array) -> bool:
    try:
        data.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _clean_column(path: Path, name: str, column: pa.Array) -> pa.Array:
    if _is_valid(column):
        return column
    if kind_of(column.type) == "text":
        return _clean_text(column)
    if pa.types.is_list(column.type) and kind_of(column.type) == "text_list":
        values = _clean_text(column.values)
        return pa.ListArray.from_arrays(
            column.offsets, values, column.type, mask=column.is_null()
        )
    raise InputError(
        f"The column {name} of the file {path} holds text that is not UTF-8. "
        "Write the file again with valid text."
    )


def _clean_text(column: pa.Array) -> pa.Array:
    raw = column.cast(pa.large_binary()).to_pylist()
    texts = [None if v is None else v.decode("utf-8", errors="replace") for v in raw]
    return pa.array(texts, column.type)


def kind_of(data_type: pa.DataType) -> str:
    """The kind (see FileColumn) of an Arrow type."""
    if pa.types.is_dictionary(data_type):
        return kind_of(data_type.value_type)
    if isinstance(data_type, pa.UuidType):
        return "uuid"
    if isinstance(data_type, pa.BaseExtensionType):
        return "text" if kind_of(data_type.storage_type) == "text" else "other"
    if pa.types.is_timestamp(data_type):
        return "timestamp_with_zone" if data_type.tz else "timestamp"
    if _is_list(data_type):
        return "text_list" if kind_of(data_type.value_type) == "text" else "list"
    for kind, is_kind in _KINDS:
        if is_kind(data_type):
            return kind
    return "other"


def _is_list(data_type: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_list(data_type)
        or types.is_large_list(data_type)
        or types.is_fixed_size_list(data_type)
    )


def _is_text(data_type: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_string(data_type)
        or types.is_large_string(data_type)
        or types.is_string_view(data_type)
    )


_KINDS = (
    ("text", _is_text),
    ("integer", pa.types.is_integer),
    ("float", pa.types.is_floating),
    ("decimal", pa.types.is_decimal),
    ("boolean", pa.types.is_boolean),
    ("date", pa.types.is_date),
    ("nested", pa.types.is_nested),
    ("binary", pa.types.is_binary),
    ("binary", pa.types.is_large_binary),
)
