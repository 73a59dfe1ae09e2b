"""Identity of files, the cache of hashes, and the files that engines read."""

import json
import os
from pathlib import Path

import pytest

from extraction_watch.inputs import inventory as inventory_module
from extraction_watch.inputs.duckdb_relations import create_duckdb_relations
from extraction_watch.inputs.facts import FileFacts
from tests.unit.inputs import Folder, rows_of


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_changed_file_has_another_id(folder: Folder) -> None:
    path = folder.write_json("events.jsonl", [{"id": "a"}])
    before = folder.inventory().files[0]
    folder.write_json("events.jsonl", [{"id": "b"}])
    os.utime(path, ns=(before.modified_ns + 1, before.modified_ns + 1))
    after = folder.inventory().files[0]
    assert (before.size, before.path) == (after.size, after.path)
    assert before.file_id != after.file_id


def test_a_touched_or_copied_folder_keeps_its_ids(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    path = folder.write_json("events/a.jsonl", [{"id": "a"}])
    before = folder.inventory().files[0].file_id
    os.utime(path, (1, 1))
    assert folder.inventory().files[0].file_id == before
    (tmp_path / "copy").mkdir()
    copy = Folder(tmp_path / "copy")
    copy.write_json("events/a.jsonl", [{"id": "a"}])
    assert copy.inventory().files[0].file_id == before


def test_same_content_elsewhere_is_another_file(folder: Folder) -> None:
    for name in ("events.jsonl", "events/a.jsonl", "people.jsonl"):
        folder.write_json(name, [{"id": "a"}])
    assert len({file.file_id for file in folder.inventory().files}) == 3


def test_known_files_are_not_read_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_json("events/a.jsonl", [{"id": "a", "colour": "red"}])
    folder.write_parquet("events/b.parquet", {"id": ["b"]})
    folder.write("events/c.csv", "id\nc\n")
    first = folder.inventory()
    read: list[Path] = []
    json_facts = inventory_module.FACTS["json"]

    def reading(path: Path) -> FileFacts:
        read.append(path)
        return json_facts(path)

    monkeypatch.setattr(
        inventory_module, "FACTS", dict.fromkeys(inventory_module.FACTS, reading)
    )
    assert folder.inventory() == first
    assert read == []
    new = folder.write_json("events/d.jsonl", [{"id": "d"}])
    folder.inventory()
    assert read == [new]


def test_cache_is_private_and_forgets(folder: Folder) -> None:
    kept = folder.write_json("events/a.jsonl", [{"id": "a"}])
    gone = folder.write_json("events/b.jsonl", [{"id": "b"}])
    cache = folder.warehouse / "work" / "file_hashes.json"
    folder.inventory()
    assert cache.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(cache.read_text())["files"]) == {str(kept), str(gone)}
    gone.unlink()
    folder.inventory()
    assert set(json.loads(cache.read_text())["files"]) == {str(kept)}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 0}'])
def test_a_damaged_cache_is_replaced(folder: Folder, content: str) -> None:
    folder.write_json("events.jsonl", [{"id": "a"}])
    first = folder.inventory()
    cache = folder.warehouse / "work" / "file_hashes.json"
    cache.write_text(content)
    assert folder.inventory() == first
    assert json.loads(cache.read_text())["files"]


def test_ignored_columns_are_listed(folder: Folder) -> None:
    folder.write_json("events/a.jsonl", [{"id": "a"}, {"id": "b", "Colour": "red"}])
    folder.write_parquet("events/b.parquet", {"ID": ["b"], "size": [1]})
    folder.write("events/c.csv", "id,weight\nc,1\n")
    ignored = [file.ignored_columns for file in folder.inventory().files]
    assert ignored == [("Colour",), ("size",), ("weight",)]


def test_input_files(folder: Folder) -> None:
    path = folder.write_json("events/a.jsonl", [{"id": "a"}])
    os.utime(path, ns=(0, 1_767_225_600_000_001_000))
    connection = folder.connect()
    row = connection.execute(
        "select source, table_name, file_path, size_bytes, modified_at::varchar, "
        "file_id = (select _file_id from raw_shop.events) from raw.input_files"
    ).fetchone()
    expected = ("shop", "events", "events/a.jsonl", 12, "2026-01-01 00:00:00.000001")
    assert row == (*expected, True)


def test_new_files_are_those_that_staging_lacks(folder: Folder) -> None:
    folder.write_json("events/a.jsonl", [{"id": "a"}])
    folder.write_json("events/b.jsonl", [{"id": "b"}])
    connection = folder.connect()
    assert len(rows_of(connection, "raw_shop.events__new")) == 2
    connection.execute(
        "create table stg_shop__events as "
        "select id, _file_id as file_id from raw_shop.events where id = 'a'"
    )
    create_duckdb_relations(connection, folder.inventory())
    assert [r["id"] for r in rows_of(connection, "raw_shop.events__new")] == ["b"]
    assert [r["id"] for r in rows_of(connection, "raw_shop.events")] == ["a", "b"]


def test_deleted_files_leave_views_and_copies(folder: Folder) -> None:
    folder.write_json("events/a.jsonl", [{"id": "a"}])
    gone = [
        folder.write("events/b.csv", "id\nb\n"),
        folder.write("events/c.jsonl", b'{"id": "c\xff"}\n'),
        folder.write_json("events/d.jsonl", [{"id": "d"}]),
    ]
    assert len(folder.rows()) == 4
    work = folder.warehouse / "work"
    copies = list((work / "sanitised").iterdir())
    assert len(copies) == 2
    assert {copy.stat().st_mode & 0o777 for copy in copies} == {0o600}
    for path in gone:
        path.unlink()
    assert [row["id"] for row in folder.rows()] == ["a"]
    assert list((work / "sanitised").iterdir()) == []
    assert len(list((work / "links").iterdir())) == 1


def test_copies_are_made_once(folder: Folder) -> None:
    folder.write("events.csv", "id\nb\n")
    folder.rows()
    (copy,) = (folder.warehouse / "work" / "sanitised").iterdir()
    before = copy.stat().st_mtime_ns
    assert len(folder.rows()) == 1
    assert copy.stat().st_mtime_ns == before
