"""Files that cannot be used: each gets its own plain message."""

import gzip
import json
import os
import re
from pathlib import Path

import pyarrow as pa
import pytest

from extraction_watch.dbt_build import BuildError, read_report
from extraction_watch.inputs import InputError
from tests.fuzz.corpus import read_cases
from tests.unit.inputs import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def refused(folder: Folder, message: str) -> None:
    with pytest.raises(InputError, match=message):
        folder.inventory()


@pytest.mark.parametrize("content", [b"", b"id,at\n", b"PAR1" + b"x" * 100 + b"PAR1"])
def test_no_parquet(folder: Folder, content: bytes) -> None:
    folder.write("events.parquet", content)
    refused(folder, r"events\.parquet is no Parquet file, or it is truncated")


def test_truncated_parquet(folder: Folder) -> None:
    path = folder.write_parquet("events.parquet", {"id": ["a"] * 1000})
    folder.write("events.parquet", path.read_bytes()[:-20])
    refused(folder, "is no Parquet file, or it is truncated")


def test_damaged_parquet_pages(folder: Folder) -> None:
    path = folder.write_parquet("events.parquet", {"id": [str(n) for n in range(999)]})
    content = bytearray(path.read_bytes())
    content[10:200] = b"\xff" * 190
    path.write_bytes(content)
    refused(folder, r"Parquet file .*events\.parquet is damaged: ")


def test_parquet_that_only_the_engine_cannot_read(tmp_path: Path) -> None:
    said = []
    for number, case in enumerate(read_cases("parquet_file")):
        (tmp_path / f"{number}").mkdir()
        folder = Folder(tmp_path / f"{number}")
        folder.write("events.parquet", case)
        try:
            folder.connect().close()
        except InputError as error:
            said.append(str(error))
    assert any(
        re.match(r"DuckDB cannot read the file /\S+/events\.parquet: .*again\.$", one)
        for one in said
    )


def test_a_build_error_names_the_input_file(tmp_path: Path) -> None:
    file = tmp_path / "a\tday.parquet"
    link = tmp_path / "work" / "links" / f"{'0f' * 16}.parquet"
    link.parent.mkdir(parents=True)
    link.symlink_to(file)
    result = {
        "unique_id": "model.extraction_watch.stg",
        "status": "error",
        "message": f'Failed to read file "{link}": bad page',
    }
    report = tmp_path / "run_results.json"
    report.write_text(json.dumps({"args": {"which": "build"}, "results": [result]}))
    with pytest.raises(BuildError) as raised:
        read_report(report)
    assert str(raised.value) == (
        f'stg: error, Failed to read file "{tmp_path}/a\\tday.parquet": bad page'
    )


def test_parquet_dictionary_that_is_no_utf8(folder: Folder) -> None:
    binary = pa.array([b"\xff", b"ok"])
    text = pa.Array.from_buffers(pa.string(), 2, binary.buffers())
    array = pa.DictionaryArray.from_arrays([0, 1], text)
    folder.write_parquet("events.parquet", {"id": array})
    refused(folder, "is damaged: .*UTF")


@pytest.mark.parametrize("name", ["events.jsonl.gz", "events.csv.gz"])
@pytest.mark.parametrize(
    "content", [gzip.compress(b'{"id": 1}\n' * 9999)[:-9], b"id\nplain\n"]
)
def test_damaged_gzip(folder: Folder, name: str, content: bytes) -> None:
    folder.write(name, content)
    refused(folder, f"{name} is a truncated or damaged gzip file")


def test_damaged_gzip_content(folder: Folder) -> None:
    content = bytearray(gzip.compress(os.urandom(5000)))
    content[2000] ^= 0xFF
    folder.write("events.jsonl.gz", bytes(content))
    refused(folder, "truncated or damaged gzip file")


@pytest.mark.parametrize(
    "content", ['[{"id": "a"}]', '\ufeff\n [\n{"id": "a"}\n]', "\ufeff\ufeff[]"]
)
def test_json_array(folder: Folder, content: str) -> None:
    folder.write("events.json", content)
    refused(folder, "is one JSON array. Write it as JSON lines")


def test_csv_without_header(folder: Folder) -> None:
    folder.write("events.csv", "a,2026-01-01\nb,2026-01-01\n")
    refused(folder, r"events\.csv lacks the required column id of events.*header")


@pytest.mark.parametrize("name", ["semicolon;", "tab\t", "bar|"])
def test_csv_with_another_delimiter(folder: Folder, name: str) -> None:
    folder.write("events.csv", f"id{name[-1]}at\na{name[-1]}b\n")
    refused(folder, f"separates its columns by {name[:-1]}. Write it with commas")


def test_required_column_is_absent(folder: Folder) -> None:
    folder.write_json("events.jsonl", [{"ID": "a", "number": 1}])
    refused(folder, "lacks the required column id of events. It has: ID, number")


def test_required_column_is_absent_from_parquet(folder: Folder) -> None:
    folder.write_parquet("events/a.parquet", {"number": [1]})
    refused(folder, r"a\.parquet lacks the required column id")


def test_repeated_column_names(folder: Folder) -> None:
    folder.write("events.csv", "id,number,Number\na,1,2\n")
    refused(folder, "has more than one column number")


def test_unreadable_file(folder: Folder) -> None:
    (folder.logs / "events").mkdir()
    folder.write("events.jsonl", '{"id": "a"}\n').chmod(0)
    if os.access(folder.logs / "events.jsonl", os.R_OK):  # the superuser reads it all
        (folder.logs / "events.jsonl").unlink()
        (folder.logs / "events" / "a.jsonl").symlink_to("nowhere")
    refused(folder, "cannot be read: ")


@pytest.mark.parametrize("name", ["events.jsonl", "events.csv"])
@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_empty_text_files_hold_no_rows(
    folder: Folder, name: str, content: bytes
) -> None:
    folder.write(name, content)
    assert folder.rows() == []


def test_empty_gzip_file_holds_no_rows(folder: Folder) -> None:
    folder.write("events.jsonl.gz", gzip.compress(b""))
    folder.write("events/a.csv.gz", gzip.compress(b"id\n"))
    folder.write("events/b.jsonl.gz", b"")
    assert folder.rows() == []
