"""Files of one table that are read by one statement, because they look the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from extraction_watch.inputs.casts import Reading, read_as
from extraction_watch.inputs.dialects import Dialect
from extraction_watch.inputs.facts import FileColumn
from extraction_watch.inputs.inventory import InputFile
from extraction_watch.inputs.sources import Column, Table

BAD_VALUE_CHARACTERS = 80


@dataclass(frozen=True)
class Group:
    """Files of one type and one physical schema, with the paths to read them at.

    `columns` holds, for each declared column, the column of the files or None.
    """

    file_type: str
    columns: tuple[FileColumn | None, ...]
    files: tuple[InputFile, ...]
    paths: tuple[Path, ...]


def group_files(
    table: Table, files: Iterable[InputFile], paths: Mapping[str, Path]
) -> list[Group]:
    """Group the files of a table by type and physical schema of its columns.

    JSON files without a line are left out: there is nothing to read.
    """
    groups: dict[tuple[str, tuple[FileColumn | None, ...]], list[InputFile]] = {}
    for file in files:
        if file.file_type == "json" and file.facts.lines == 0:
            continue
        key = (file.file_type, _columns_of(table, file))
        groups.setdefault(key, []).append(file)
    return [
        Group(
            file_type, columns, tuple(members), tuple(paths[f.file_id] for f in members)
        )
        for (file_type, columns), members in groups.items()
    ]


def _columns_of(table: Table, file: InputFile) -> tuple[FileColumn | None, ...]:
    if file.file_type == "json":
        return tuple(FileColumn(c.name, "text", "json") for c in table.columns)
    by_name = {column.name.lower(): column for column in file.facts.columns}
    return tuple(by_name.get(column.name.lower()) for column in table.columns)


def readings(
    group: Group, table: Table, dialect: Dialect
) -> list[tuple[Column, Reading | None]]:
    """How each declared column is read from the raw columns `__0`, `__1`, ..."""
    return [
        (
            column,
            read_as(f"__{i}", found.kind, column.data_type, dialect) if found else None,
        )
        for i, (column, found) in enumerate(
            zip(table.columns, group.columns, strict=True)
        )
    ]


def typed_select(group: Group, table: Table, scan: str, dialect: Dialect) -> str:
    """Select the columns of a raw relation from `scan`.

    `scan` is a relation with the columns `__0`, `__1`, ... as they lie in the files
    (one per declared column that the files have), `__malformed`, `_file_id`,
    `_file_path` and `_row_number`.
    """
    values = []
    name_cases = ["when __malformed then '<row>'"]
    value_cases = ["when __malformed then null"]
    for column, reading in readings(group, table, dialect):
        name = dialect.name(column.name)
        if reading is None:
            values.append(f"{_null(column.data_type, dialect)} as {name}")
            continue
        values.append(f"{reading.value} as {name}")
        if reading.is_there is not None:
            is_bad = f"when {name} is null and {reading.is_there}"
            name_cases.append(f"{is_bad} then {dialect.literal(column.name)}")
            value_cases.append(f"{is_bad} then {reading.text}")
    names = ", ".join(dialect.name(column.name) for column in table.columns)
    varchar = dialect.type_name("varchar")
    bad_column = f"cast(case {' '.join(name_cases)} end as {varchar})"
    bad_value = f"left(case {' '.join(value_cases)} end, {BAD_VALUE_CHARACTERS})"
    return (
        f"select {names}, _file_id, _file_path, _row_number, "
        f"{bad_column} as _bad_column, cast({bad_value} as {varchar}) as _bad_value "
        f"from (select *, {', '.join(values)} from ({scan}) as scanned) as typed"
    )


def empty_select(table: Table, dialect: Dialect) -> str:
    """Select no rows, with the columns of a raw relation."""
    ours = {
        "_file_id": "varchar",
        "_file_path": "varchar",
        "_row_number": "bigint",
        "_bad_column": "varchar",
        "_bad_value": "varchar",
    }
    columns = {column.name: column.data_type for column in table.columns} | ours
    nulls = [
        f"{_null(data_type, dialect)} as {dialect.name(name)}"
        for name, data_type in columns.items()
    ]
    return f"select {', '.join(nulls)} where false"


def _null(data_type: str, dialect: Dialect) -> str:
    return f"cast(null as {dialect.type_name(data_type)})"
