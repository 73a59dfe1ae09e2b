"""Comparing the published tables of two databases."""

import math
from pathlib import Path
from typing import Any

import duckdb

from extraction_watch.quiet_connection import connect

TOLERANCE = 1e-9
"""Sums of the same numbers in another order differ by less."""
SHOWN = 5

Row = tuple[Any, ...]
Tables = dict[str, tuple[list[str], list[Row]]]


def read_tables(database: Path) -> Tables:
    """Columns and rows of every table but `runs`, the rows in an order of their own."""
    with connect(database, read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() "
            "where table_name <> 'runs' order by table_name"
        ).fetchall()
        return {name: rows_of(connection, name) for (name,) in names}


def rows_of(
    connection: duckdb.DuckDBPyConnection, table: str
) -> tuple[list[str], list[Row]]:
    """Sorted by what is exact first, so that last digits do not change the order."""
    columns = connection.execute(f"describe {table}").fetchall()
    exact = [f'"{name}"' for name, kind, *_ in columns if kind != "DOUBLE"]
    floats = [f'round("{name}", 6)' for name, kind, *_ in columns if kind == "DOUBLE"]
    rows = connection.execute(f"from {table} order by {', '.join(exact + floats)}")
    return [name for name, *_ in columns], rows.fetchall()


def differences(one: Tables, other: Tables) -> list[str]:
    """The first differences, in words; none where all tables are the same."""
    found = [f"only in one: {name}" for name in one.keys() ^ other.keys()]
    for name in sorted(one.keys() & other.keys()):
        (columns, rows), (other_columns, other_rows) = one[name], other[name]
        if columns != other_columns:
            found.append(f"{name}: columns {columns} and {other_columns}")
            continue
        if len(rows) != len(other_rows):
            found.append(f"{name}: {len(rows)} and {len(other_rows)} rows")
        found += [
            f"{name}.{column}: {value!r} and {other_value!r} in {row}"
            for row, other_row in zip(rows, other_rows, strict=False)
            for column, value, other_value in zip(columns, row, other_row, strict=True)
            if not _same(value, other_value)
        ][:SHOWN]
    return found


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return one == other
