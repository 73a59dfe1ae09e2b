"""Texts, ids, file names and folders that are out to break something."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from extraction_watch.inputs import InputError
from extraction_watch.inputs.json_files import write_clean_json
from tests.unit.inputs import Folder

HOSTILE_IDS = [
    "'; drop table stg_shop__events; --",
    '"quoted" `ticks` \\back\\slash',
    "{{ env_var('HOME') }} {% raw %}",
    "nul\0byte and \x01 control",
    "tab\tnew\nline\r",
    "☃ 😀 \u202e",
    "$1 ? :name %s",
]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize("file_type", ["jsonl", "csv", "parquet"])
def test_ids_pass_unharmed(folder: Folder, file_type: str) -> None:
    if file_type == "jsonl":
        folder.write_json("events.jsonl", [{"id": i} for i in HOSTILE_IDS])
    elif file_type == "csv":
        quoted = ['"' + i.replace('"', '""') + '"' for i in HOSTILE_IDS]
        folder.write("events.csv", "\n".join(["id", *quoted]))
    else:
        folder.write_parquet("events.parquet", {"id": HOSTILE_IDS})
    assert [row["id"] for row in folder.rows()] == HOSTILE_IDS


@pytest.mark.parametrize(
    "name",
    [
        "it's.jsonl",
        'a "b" c.jsonl',
        "[ab]*?.jsonl",
        "a{b,c}.jsonl",
        "semi;colon:and%20.jsonl",
        "new\nline.jsonl",
        "-- drop.jsonl",
        "\\back.jsonl",
    ],
)
def test_file_names(folder: Folder, name: str) -> None:
    folder.write_json(f"events/{name}", [{"id": "x"}])
    folder.write_json("events/a.jsonl", [{"id": "other"}])
    rows = folder.rows()
    assert {row["_file_path"]: row["id"] for row in rows} == {
        f"events/{name}": "x",
        "events/a.jsonl": "other",
    }


def test_file_name_that_is_no_utf8(folder: Folder) -> None:
    folder.write_json("events/caf\udce9.jsonl", [{"id": "x"}])
    assert [row["_file_path"] for row in folder.rows()] == ["events/caf\ufffd.jsonl"]


def test_folder_names(tmp_path: Path) -> None:
    root = tmp_path / "it's [a]* {b} 50%? \\"
    root.mkdir()
    folder = Folder(root)
    folder.write_json("events/a.jsonl", [{"id": "x"}])
    folder.write_parquet("events/b.parquet", {"id": ["y"]})
    folder.write("events/c.csv", "id\nz\n")
    assert [row["id"] for row in folder.rows()] == ["x", "y", "z"]


@pytest.mark.parametrize("name", ["events.jsonl", "events.csv"])
def test_invalid_utf8_is_replaced(folder: Folder, name: str) -> None:
    value = b"caf\xe9 \xc3\xa9 \xff"
    if name.endswith("csv"):
        folder.write(name, b"id\n" + value + b"\nnext\n")
    else:
        folder.write(name, b'{"id": "' + value + b'"}\n{"id": "next"}\n')
    rows = folder.rows()
    assert [row["id"] for row in rows] == ["caf\ufffd é \ufffd", "next"]


def not_utf8(values: list[bytes | None]) -> pa.Array:
    """An array that claims to be text, as careless writers make it."""
    binary = pa.array(values, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(values), binary.buffers())


def test_invalid_utf8_in_parquet_is_replaced(folder: Folder) -> None:
    values = not_utf8([b"caf\xe9", None, b"ok"])
    names = pa.ListArray.from_arrays([0, 2, 2, 3], values)
    folder.write_parquet("events.parquet", {"id": values, "names": names})
    rows = folder.rows()
    assert [row["id"] for row in rows] == ["caf\ufffd", None, "ok"]
    assert [row["names"] for row in rows] == [["caf\ufffd", None], [], ["ok"]]
    assert [row["_row_number"] for row in rows] == [1, 2, 3]


def test_invalid_utf8_in_a_struct_is_refused(folder: Folder) -> None:
    structs = pa.StructArray.from_arrays([not_utf8([b"\xff"])], ["name"])
    folder.write_parquet("events.parquet", {"id": structs})
    with pytest.raises(InputError, match=r"column id of the file .* is not UTF-8"):
        folder.rows()


def test_nul_bytes_and_byte_order_mark_in_json(folder: Folder) -> None:
    folder.write("events.jsonl", b'\xef\xbb\xbf{"id": "a\0b"}\n{"id": "c"}\n')
    rows = folder.rows()
    assert [(row["id"], row["_bad_column"]) for row in rows] == [
        ("a\0b", None),
        ("c", None),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\ud83d\ude00", "😀"),
        (r"cut \ud83d", "cut \ufffd"),
        (r"\ude00 first", "\ufffd first"),
        (r"\ud83d\ud83d\ude00", "\ufffd😀"),
        (r"\ud83d \ude00", "\ufffd \ufffd"),
        (r"\\ud83d", "\\ud83d"),
        (r"\\\uD83D", "\\\ufffd"),
    ],
)
def test_half_surrogate_pairs_are_replaced(
    folder: Folder, written: str, read: str
) -> None:
    folder.write("events.jsonl", f'{{"id": "{written}"}}\n')
    assert [row["id"] for row in folder.rows()] == [read]


def test_clean_copy_keeps_all_else(tmp_path: Path) -> None:
    lines = [json.dumps({"id": i}) for i in HOSTILE_IDS]
    source = tmp_path / "a.jsonl"
    source.write_text("\n".join(lines) + "\n")
    with (tmp_path / "b.jsonl").open("wb") as target:
        write_clean_json(source, target)
    assert (tmp_path / "b.jsonl").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("byte", [b"\0", b"\xff"])
def test_bytes_that_grow_in_the_copy(folder: Folder, byte: bytes) -> None:
    folder.write("events.jsonl", b'{"id": "' + byte * 9 * 2**20 + b'"}\n{"id": "b"}\n')
    assert [len(row["id"]) for row in folder.rows()] == [9 * 2**20, 1]


def test_lines_of_form_feeds_are_blank(folder: Folder) -> None:
    folder.write("events.jsonl", '{"id": "a"}\n\v\n \f\r\n{"id": "b"}\n')
    rows = [(row["id"], row["_row_number"]) for row in folder.rows()]
    assert rows == [("a", 1), ("b", 4)]


def test_a_row_may_have_the_name_of_our_blank_lines(folder: Folder) -> None:
    folder.write("events.jsonl", '{"id": "a", "__blank__": true}\n\n{"id": "b"}\n')
    assert [row["id"] for row in folder.rows()] == ["a", "b"]


@pytest.mark.parametrize("file_type", ["jsonl", "csv", "parquet"])
def test_prompts_of_twenty_megabytes(folder: Folder, file_type: str) -> None:
    prompt = "long prompt " * (20 * 1024 * 1024 // 12)
    if file_type == "jsonl":
        folder.write_json("events.jsonl", [{"id": prompt}, {"id": "b"}])
    elif file_type == "csv":
        folder.write("events.csv", f"id\n{prompt}\nb\n")
    else:
        folder.write_parquet("events.parquet", {"id": [prompt, "b"]})
    rows = folder.rows()
    assert [row["id"] == prompt for row in rows] == [True, False]
    assert rows[1]["id"] == "b"
