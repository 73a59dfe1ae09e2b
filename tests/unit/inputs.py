"""What the tests of the input layer share: folders of files, and their raw rows."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from extraction_watch.inputs import Column, Inventory, Source, Table, take_inventory
from extraction_watch.inputs.duckdb_relations import create_duckdb_relations

Row = dict[str, Any]

TYPED = Table(
    source="shop",
    name="events",
    columns=(
        Column("id", "varchar", is_required=True),
        Column("at", "timestamp", is_required=False),
        Column("number", "bigint", is_required=False),
        Column("ratio", "double", is_required=False),
        Column("flag", "boolean", is_required=False),
        Column("names", "varchar[]", is_required=False),
    ),
    in_every_folder=False,
    as_lines=False,
)
PEOPLE = Table(
    source="shop",
    name="people",
    columns=(Column("id", "varchar", is_required=True),),
    in_every_folder=True,
    as_lines=False,
)
LINES = Table(
    source="stream",
    name="spans",
    columns=(Column("line", "varchar", is_required=True),),
    in_every_folder=False,
    as_lines=True,
)
SOURCES = {
    "shop": Source("shop", (TYPED, PEOPLE)),
    "stream": Source("stream", (LINES,)),
}


class Folder:
    """A folder of logs, a warehouse, and the raw rows they give."""

    def __init__(self, root: Path, sources: Mapping[str, Source] = SOURCES) -> None:
        self.sources = sources
        self.logs = root / "logs"
        self.warehouse = root / "warehouse"
        self.logs.mkdir()

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def write_json(self, name: str, rows: Iterable[Row]) -> Path:
        return self.write(name, "".join(json.dumps(row) + "\n" for row in rows))

    def write_parquet(self, name: str, columns: Mapping[str, Any]) -> Path:
        path = self.logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(dict(columns)), path)
        return path

    def inventory(self, log_format: str = "shop") -> Inventory:
        return take_inventory({log_format: self.logs}, self.warehouse, self.sources)

    def connect(self, log_format: str = "shop") -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute("set TimeZone = 'UTC'")
        create_duckdb_relations(connection, self.inventory(log_format))
        return connection

    def rows(
        self, relation: str = "raw_shop.events", log_format: str = "shop"
    ) -> list[Row]:
        """The rows of a raw relation, in the order of files and lines."""
        with self.connect(log_format) as connection:
            return rows_of(connection, relation)


def rows_of(connection: duckdb.DuckDBPyConnection, relation: str) -> list[Row]:
    cursor = connection.execute(
        f"select * from {relation} order by _file_path, _row_number"
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
