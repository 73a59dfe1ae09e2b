"""Which raw tables and columns exist: read from the dbt sources yml of each format."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from extraction_watch.inputs.errors import InputError

STAGING_FOLDER = Path(__file__).resolve().parents[2] / "models" / "staging"
DATA_TYPES = ("varchar", "bigint", "double", "boolean", "timestamp", "varchar[]")


@dataclass(frozen=True)
class Column:
    """A declared column. `data_type` is one of DATA_TYPES."""

    name: str
    data_type: str
    is_required: bool


@dataclass(frozen=True)
class Table:
    """A declared raw table of the format `source`.

    `in_every_folder`: its files may lie in the folder of any format.
    `as_lines`: its one column, `line`, holds the JSON text of each line.
    `staged_as`: the model that holds its rows, where it is not `stg_<source>__<name>`.
    """

    source: str
    name: str
    columns: tuple[Column, ...]
    in_every_folder: bool
    as_lines: bool
    staged_as: str | None = None

    @property
    def staging_model(self) -> str:
        """The model whose rows tell which files were read."""
        return self.staged_as or f"stg_{self.source}__{self.name}"


@dataclass(frozen=True)
class Source:
    """A log format. Its first table is the one that must exist."""

    name: str
    tables: tuple[Table, ...]

    @property
    def main_table(self) -> Table:
        return self.tables[0]


def load_sources(staging_folder: Path = STAGING_FOLDER) -> dict[str, Source]:
    """All formats by name, from `<staging_folder>/*/_*__sources.yml`.

    Raises InputError for a column without a known data type.
    """
    sources: dict[str, Source] = {}
    for path in sorted(staging_folder.glob("*/_*__sources.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["sources"]:
            name = str(entry["name"])
            tables = tuple(_table(name, table, path) for table in entry["tables"])
            sources[name] = Source(name, tables)
    return sources


def _table(source: str, entry: dict[str, Any], path: Path) -> Table:
    meta = entry.get("config", {}).get("meta", {})
    columns = []
    for column in entry["columns"]:
        if column.get("data_type") not in DATA_TYPES:
            raise InputError(
                f"{path}: column {entry['name']}.{column['name']} has the data_type "
                f"{column.get('data_type')}. Use one of {', '.join(DATA_TYPES)}."
            )
        column_meta = column.get("config", {}).get("meta", {})
        columns.append(
            Column(
                name=str(column["name"]),
                data_type=str(column["data_type"]),
                is_required=bool(column_meta.get("required", False)),
            )
        )
    return Table(
        source=source,
        name=str(entry["name"]),
        columns=tuple(columns),
        in_every_folder=meta.get("read_from") == "every_folder",
        as_lines=meta.get("read_as") == "lines",
        staged_as=meta.get("staged_as"),
    )
