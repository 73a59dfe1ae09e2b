"""Reading one bad file as a run would: what is found, row by row or at all."""

from functools import cache
from pathlib import Path

import duckdb

from extraction_watch.inputs import InputError, Source, load_sources, take_inventory
from extraction_watch.inputs.duckdb_relations import create_duckdb_relations
from tests.bad_input.files import FileCase


@cache
def _sources() -> dict[str, Source]:
    native = load_sources()["native"]
    return {"native": Source("native", (native.main_table,))}


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    return connection


def read_file(case: FileCase, folder: Path) -> str | tuple[int, int]:
    """The message of the refusal, or the numbers of usable and of unusable rows."""
    logs = folder / "logs"
    logs.mkdir()
    case.write(logs)
    sources = _sources()
    required = [c.name for c in sources["native"].main_table.columns if c.is_required]
    usable = [f"coalesce(cast({name} as varchar), '') <> ''" for name in required]
    try:
        inventory = take_inventory({"native": logs}, folder / "warehouse", sources)
        create_duckdb_relations(_connection(), inventory)
    except InputError as error:
        return str(error)
    # every value of every column is made
    every = "(select distinct * from raw_native.api_requests)"
    good = f"_bad_column is null and {' and '.join(usable)}"
    query = f"select count(*), count(*) filter ({good}) from {every}"
    rows, accepted = _connection().execute(query).fetchall()[0]
    return accepted, rows - accepted
