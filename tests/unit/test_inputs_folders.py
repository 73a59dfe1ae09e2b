"""Which files are found, and what is said where a folder cannot be used."""

from pathlib import Path

import duckdb
import pytest

from extraction_watch.inputs import (
    InputError,
    configured_folders,
    inventory_from_environment,
    load_sources,
    take_inventory,
)
from extraction_watch.inputs.duckdb_relations import create_duckdb_relations
from tests.unit.inputs import SOURCES, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_native_contract_is_declared() -> None:
    native = load_sources()["native"]
    assert [table.name for table in native.tables] == [
        "api_requests",
        "accounts",
        "enforcement_events",
        "model_releases",
        "suppressions",
        "verdicts",
        "usage_totals",
    ]
    required = [c.name for c in native.main_table.columns if c.is_required]
    assert required == ["request_id", "requested_at", "account_id", "model"]
    assert [t.in_every_folder for t in native.tables] == [False] + [True] * 6


def test_unknown_data_type_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "_shop__sources.yml").write_text(
        "sources: [{name: shop, tables: [{name: events, columns: "
        "[{name: id, data_type: uuid}]}]}]"
    )
    with pytest.raises(InputError, match=r"events\.id has the data_type uuid"):
        load_sources(tmp_path)


def test_files_of_a_table(folder: Folder) -> None:
    row = '{"id": "a"}\n'
    for name in (
        "events.jsonl",
        "events/b.JSON",
        "events/day=1/a.ndjson",
        "events/day=1/.hidden.jsonl",
        "events/_SUCCESS.json",
        "events/_temporary/a.jsonl",
        "events/c.jsonl.tmp",
        "events/notes.txt",
        "events_old.jsonl",
    ):
        folder.write(name, row)
    files = folder.inventory().files
    assert [file.path for file in files] == [
        "events/b.JSON",
        "events/day=1/a.ndjson",
        "events.jsonl",
    ]


def test_side_tables_come_from_every_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write_json("events.jsonl", [{"id": "e"}])
    folder.write_json("people.jsonl", [{"id": "ann"}])
    other = tmp_path / "other"
    other.mkdir()
    (other / "spans.jsonl").write_text('{"a": 1}\n')
    (other / "people.csv").write_text("id\nbob\n")
    (other / "events.jsonl").write_text('{"id": "not read"}\n')
    inventory = take_inventory(
        {"shop": folder.logs, "stream": other}, folder.warehouse, SOURCES
    )
    connection = duckdb.connect()
    create_duckdb_relations(connection, inventory)
    people = connection.execute("select id from raw_shop.people order by id")
    assert people.fetchall() == [("ann",), ("bob",)]
    events = connection.execute("select id from raw_shop.events")
    assert events.fetchall() == [("e",)]


def test_a_folder_given_twice_is_read_once(folder: Folder) -> None:
    folder.write_json("events.jsonl", [{"id": "e"}])
    folder.write_json("people.jsonl", [{"id": "ann"}])
    folder.write_json("spans.jsonl", [{"id": "s"}])
    both = {"shop": folder.logs, "stream": folder.logs}
    files = take_inventory(both, folder.warehouse, SOURCES).files
    assert [file.table for file in files] == ["events", "people", "spans"]


def test_missing_folder(folder: Folder) -> None:
    folder.logs.rmdir()
    with pytest.raises(InputError, match=r"logs of the shop logs does not exist"):
        folder.inventory()


def test_folder_is_a_file(folder: Folder) -> None:
    folder.logs.rmdir()
    folder.logs.write_text("x")
    with pytest.raises(InputError, match="is no folder"):
        folder.inventory()


def test_folder_without_main_table(folder: Folder) -> None:
    folder.write_json("people.jsonl", [{"id": "ann"}])
    (folder.logs / "events").mkdir()
    with pytest.raises(InputError, match="holds no events, the main table"):
        folder.inventory()


def test_unknown_format(folder: Folder) -> None:
    with pytest.raises(InputError, match=r"log format nginx is unknown.*shop, stream"):
        folder.inventory("nginx")


def test_folders_come_from_the_environment(tmp_path: Path) -> None:
    environment = {
        "EXTRACTION_WATCH_SHOP_LOGS": str(tmp_path),
        "EXTRACTION_WATCH_STREAM_LOGS": "",
        "EXTRACTION_WATCH_WAREHOUSE": "elsewhere",
        "HOME": "/",
    }
    assert configured_folders(environment, SOURCES) == {"shop": tmp_path}
    with pytest.raises(InputError, match="log format nginx is unknown"):
        configured_folders({"EXTRACTION_WATCH_NGINX_LOGS": "x"}, SOURCES)


def test_without_environment_all_relations_are_empty() -> None:
    connection = duckdb.connect()
    inventory = inventory_from_environment({})
    for _ in range(2):
        create_duckdb_relations(connection, inventory)
    for name in ("raw.input_files", "raw_native.api_requests"):
        assert connection.execute(f"select * from {name}").fetchall() == []
    types = connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where schema_name = 'raw_native' and table_name = 'api_requests__new' "
        "order by column_index"
    ).fetchall()
    native = load_sources()["native"].main_table
    assert [(c.name, c.data_type.upper()) for c in native.columns] == types[:-5]
    assert [name for name, _ in types[-5:]] == [
        "_file_id",
        "_file_path",
        "_row_number",
        "_bad_column",
        "_bad_value",
    ]


def test_logs_without_warehouse(tmp_path: Path) -> None:
    environment = {"EXTRACTION_WATCH_NATIVE_LOGS": str(tmp_path)}
    with pytest.raises(InputError, match="EXTRACTION_WATCH_WAREHOUSE is not set"):
        inventory_from_environment(environment)
