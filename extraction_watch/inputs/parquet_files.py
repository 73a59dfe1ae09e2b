"""Parquet: the columns of a file, by kind."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from extraction_watch.inputs.byte_stream import BLOCK_BYTES, open_unpacked
from extraction_watch.inputs.errors import InputError
from extraction_watch.inputs.facts import FileColumn, FileFacts


def parquet_facts(path: Path) -> FileFacts:
    """Hash of a Parquet file and its columns. Raises InputError if it is none."""
    with open_unpacked(path) as (stream, hashing):
        while stream.read(BLOCK_BYTES):
            pass
        content_md5 = hashing.content_md5()
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            f"The file {path} is no Parquet file, or it is truncated. Write it again, "
            "or give it the extension of its real format."
        ) from error
    columns = tuple(
        FileColumn(field.name, kind_of(field.type), str(field.type)) for field in schema
    )
    return FileFacts(content_md5, columns)


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
