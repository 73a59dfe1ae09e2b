"""Raw relations on DuckDB: views over the input files."""

import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from extraction_watch.inputs.csv_files import LINE_COLUMN, MALFORMED_COLUMN
from extraction_watch.inputs.dialects import DuckDbDialect
from extraction_watch.inputs.errors import InputError
from extraction_watch.inputs.facts import FileColumn
from extraction_watch.inputs.groups import (
    Group,
    empty_select,
    group_files,
    typed_select,
)
from extraction_watch.inputs.inventory import InputFile, Inventory
from extraction_watch.inputs.json_files import BLANK_COLUMN, BLANK_LINE
from extraction_watch.inputs.readable_files import provide_readable_files
from extraction_watch.inputs.sources import Table

SMALLEST_OBJECT_LIMIT = 16 * 1024 * 1024
DIALECT = DuckDbDialect()


def create_duckdb_relations(
    connection: duckdb.DuckDBPyConnection, inventory: Inventory
) -> None:
    """Create `raw.input_files`, `raw.forgotten_accounts` and, per table,
    `raw_<source>.<table>` and `...__new`.

    `__new` holds the files whose id is not in the table's staging model. All of it
    is replaced, so that no view outlives its files.
    """
    paths = provide_readable_files(inventory)
    connection.execute("begin")
    try:
        _write_input_files(connection, inventory.files)
        _write_forgotten_accounts(connection, inventory.forgotten)
        for table in inventory.tables:
            files = inventory.files_of(table)
            known = _known_files(connection, table) if files else set()
            new = [file for file in files if file.file_id not in known]
            _create_view(connection, table, table.name, files, paths)
            _create_view(connection, table, f"{table.name}__new", new, paths)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _write_input_files(
    connection: duckdb.DuckDBPyConnection, files: Iterable[InputFile]
) -> None:
    connection.execute("create schema if not exists raw")
    connection.execute(
        "create or replace table raw.input_files (source varchar, table_name varchar, "
        "file_id varchar, file_path varchar, size_bytes bigint, modified_at timestamp)"
    )
    rows = [
        f"({_literals(file.source, file.table, file.file_id, file.path)}, {file.size}, "
        f"make_timestamp({file.modified_ns // 1000}))"
        for file in files
    ]
    if rows:
        connection.execute(f"insert into raw.input_files values {', '.join(rows)}")


def _write_forgotten_accounts(
    connection: duckdb.DuckDBPyConnection, hashes: Iterable[str]
) -> None:
    connection.execute(
        "create or replace table raw.forgotten_accounts (account_hash varchar)"
    )
    rows = [f"({DIALECT.literal(one)})" for one in hashes]
    if rows:
        connection.execute(
            f"insert into raw.forgotten_accounts values {', '.join(rows)}"
        )


def _known_files(connection: duckdb.DuckDBPyConnection, table: Table) -> set[str]:
    """Ids of the files whose rows the staging table holds; empty if there is none."""
    exists = connection.execute(
        "select 1 from duckdb_columns() where database_name = current_database() "
        "and schema_name = 'main' and table_name = ? and column_name = 'file_id'",
        [table.staging_model],
    ).fetchone()
    if not exists:
        return set()
    name = DIALECT.name(table.staging_model)
    rows = connection.execute(f"select distinct file_id from main.{name}").fetchall()
    return {row[0] for row in rows}


def _create_view(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    name: str,
    files: list[InputFile],
    paths: Mapping[str, Path],
) -> None:
    selects = [
        typed_select(part, table, _scan(part, table), DIALECT)
        for group in group_files(table, files, paths)
        for part in _parts(group)
    ]
    body = " union all ".join(selects) or empty_select(table, DIALECT)
    schema = DIALECT.name(f"raw_{table.source}")
    connection.execute(f"create schema if not exists {schema}")
    try:
        connection.execute(
            f"create or replace view {schema}.{DIALECT.name(name)} as {body}"
        )
    except duckdb.Error:
        _refuse_unreadable(connection, table, files, paths)
        raise


def _refuse_unreadable(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    files: list[InputFile],
    paths: Mapping[str, Path],
) -> None:
    """Raise InputError for the first file that alone makes no view."""
    for file in files:
        (group,) = group_files(table, [file], paths)
        select = typed_select(group, table, _scan(group, table), DIALECT)
        try:
            # by another connection: the error has ended the transaction of this one
            connection.cursor().execute(f"select * from ({select}) limit 0")
        except duckdb.Error as error:
            raise InputError(
                f"DuckDB cannot read the file {file.absolute_path}: "
                f"{str(error).splitlines()[0]}. Write it again."
            ) from error


def _parts(group: Group) -> list[Group]:
    """Parts of a JSON group that are read side by side.

    Numbering lines makes a statement read in order, that is on one thread.
    """
    if group.file_type != "json":
        return [group]
    size = math.ceil(len(group.files) / (2 * (os.cpu_count() or 1)))
    return [
        Group(
            group.file_type,
            group.columns,
            group.files[start : start + size],
            group.paths[start : start + size],
        )
        for start in range(0, len(group.files), size)
    ]


def _scan(group: Group, table: Table) -> str:
    """The relation that `typed_select` reads."""
    if group.file_type == "json":
        return _json_scan(group, table)
    raw = [
        f"{_raw_value(column)} as __{i}"
        for i, column in enumerate(group.columns)
        if column is not None
    ]
    if group.file_type == "csv":
        ours = [f"{LINE_COLUMN} as _row_number", f"{MALFORMED_COLUMN} as __malformed"]
    else:
        ours = ["file_row_number + 1 as _row_number", "false as __malformed"]
    return (
        f"select {', '.join([*raw, *ours])}, _file_id, _file_path "
        f"from read_parquet({_paths(group)}, filename = '__filename', "
        f"file_row_number = true) join {_file_values(group)} on __filename = __path"
    )


def _raw_value(column: FileColumn) -> str:
    """JSON becomes text, nanoseconds become UTC timestamps in microseconds."""
    name = DIALECT.name(column.name)
    if column.kind == "text":
        return f"cast({name} as varchar)"
    if column.physical_type.startswith("timestamp[ns"):
        return f"make_timestamp(epoch_ns({name}) // 1000)"
    return name


def _json_scan(group: Group, table: Table) -> str:
    aliases = [f"__{i}" for i in range(len(table.columns))]
    longest = max(file.facts.longest_line for file in group.files)
    options = (
        "format = 'newline_delimited', ignore_errors = true, filename = '__filename', "
        f"maximum_object_size = {max(SMALLEST_OBJECT_LIMIT, longest + 1024)}"
    )
    if table.as_lines:
        read = f"read_json_objects({_paths(group)}, {options})"
        line = "cast(json as varchar)"
        is_object = f"starts_with(ltrim({line}), '{{')"
        raw = [f"case when {is_object} then {line} end as __0"]
        is_blank = f"__0 = {DIALECT.literal(BLANK_LINE.decode())}"
    else:
        names = [*(column.name for column in table.columns), BLANK_COLUMN]
        columns = ", ".join(f"{DIALECT.name(name)}: 'VARCHAR'" for name in names)
        read = f"read_json({_paths(group)}, {options}, columns = {{{columns}}})"
        raw = [
            f"{DIALECT.name(column.name)} as {alias}"
            for column, alias in zip(table.columns, aliases, strict=True)
        ]
        raw.append(BLANK_COLUMN)
        # a row of that name that holds something is none of our blank lines
        is_blank = (
            f"{BLANK_COLUMN} is not null and coalesce({', '.join(aliases)}) is null"
        )
    malformed = f"coalesce({', '.join(aliases)}) is null"
    has_blanks = not all(file.facts.is_clean for file in group.files)
    numbered = (
        f"select {', '.join(raw)}, __filename, row_number() over () as __number "
        f"from {read}"
    )
    return (
        f"select {', '.join(aliases)}, {malformed} as __malformed, "
        "_file_id, _file_path, __number - __lines_before as _row_number "
        f"from ({numbered}) "
        f"join {_file_values(group)} on __filename = __path"
        + (f" where ({is_blank}) is not true" if has_blanks else "")
    )


def _file_values(group: Group) -> str:
    """Path, file id, relative path and number of lines in the files before it."""
    rows = []
    lines = 0
    for file, path in zip(group.files, group.paths, strict=True):
        rows.append(f"({_literals(str(path), file.file_id, file.path)}, {lines})")
        lines += file.facts.lines
    return (
        f"(values {', '.join(rows)}) "
        "as files (__path, _file_id, _file_path, __lines_before)"
    )


def _paths(group: Group) -> str:
    """The paths as a list. DuckDB takes a path that exists as it is, not as a glob."""
    return f"[{_literals(*map(str, group.paths))}]"


def _literals(*texts: str) -> str:
    return ", ".join(map(DIALECT.literal, texts))
