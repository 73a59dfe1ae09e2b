"""Rows and their numbers, malformed ones included, from each type of file."""

import gzip
import json
from pathlib import Path

import pytest

from tests.unit.inputs import Folder, Row


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def numbered(rows: list[Row]) -> list[tuple[str | None, int, str | None]]:
    return [(row["id"], row["_row_number"], row["_bad_column"]) for row in rows]


MALFORMED = "<row>"


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines(folder: Folder, packed: bool) -> None:
    lines = [
        b'{"id": "1"}',
        b"",
        b'{"id": "3"',
        b"{}",
        b"[1, 2]",
        b'{"id": "6"}{"id": "glued"}',
        b"  \t ",
        b'{"id": "8"}\r',
        b"null",
        b"7",
        b"broken",
        b'{"id": "12"}',
        b"",
        b'{"id": "last"',
    ]
    content = b"\n".join(lines)
    name = "events.jsonl.gz" if packed else "events.jsonl"
    folder.write(name, gzip.compress(content) if packed else content)
    assert numbered(folder.rows()) == [
        ("1", 1, None),
        (None, 3, MALFORMED),
        (None, 4, MALFORMED),
        (None, 5, MALFORMED),
        (None, 6, MALFORMED),
        ("8", 8, None),
        (None, 9, MALFORMED),
        (None, 10, MALFORMED),
        (None, 11, MALFORMED),
        ("12", 12, None),
        (None, 14, MALFORMED),
    ]


def test_numbers_start_anew_in_each_file(folder: Folder) -> None:
    """Many more files than are read side by side, of any length, empty ones too."""
    expected = []
    for file in range(40):
        name = f"events/{file:02}.jsonl"
        folder.write_json(name, [{"id": f"{file}-{n + 1}"} for n in range(file % 7)])
        expected += [(f"{file}-{n + 1}", n + 1, None) for n in range(file % 7)]
    assert numbered(folder.rows()) == expected


def test_numbers_in_a_long_file(folder: Folder) -> None:
    """Long enough for several blocks, batches and threads; with bad lines between."""
    lines = [json.dumps({"id": str(n), "at": "x" * 400}) for n in range(1, 30_001)]
    lines[9_999] = "broken"
    lines[19_999] = ""
    folder.write("events.jsonl", "\n".join(lines))
    connection = folder.connect()
    connection.execute("set preserve_insertion_order = false")
    wrong = connection.execute(
        "select count(*) filter (id <> _row_number::varchar), count(*), "
        "min(_row_number) filter (id is null) from raw_shop.events"
    ).fetchone()
    assert wrong == (0, 29_999, 10_000)


def test_parquet_rows(folder: Folder) -> None:
    folder.write_parquet("events/a.parquet", {"id": ["1", None, "3"]})
    folder.write_parquet("events/b.parquet", {"ID": [1], "NUMBER": ["x"]})
    assert numbered(folder.rows()) == [
        ("1", 1, None),
        (None, 2, None),
        ("3", 3, None),
        ("1", 1, "number"),
    ]


def test_csv_records(folder: Folder) -> None:
    folder.write(
        "events.csv",
        "\ufeffid, number ,names\r\n"
        '1,2,"[""a"", ""b,c""]"\r\n'
        '"two\nlines ""quoted""",3,\r\n'
        "\r\n"
        "null,,NULL\r\n"
        "too,few\r\n"
        "too,many,fields,here\r\n"
        '5" disk,4,\r\n'
        '"stray" quote,5,\r\n'
        "nul\0byte,6,\r\n"
        '"never closed,7,\r\n'
        "last,8,",
    )
    rows = folder.rows()
    numbers = [row["number"] for row in rows]
    numbered_rows = zip(numbered(rows), numbers, strict=True)
    assert [(*row, number) for row, number in numbered_rows] == [
        ("1", 2, None, 2),
        ('two\nlines "quoted"', 3, None, 3),
        (None, 6, None, None),
        (None, 7, MALFORMED, None),
        (None, 8, MALFORMED, None),
        ('5" disk', 9, None, 4),
        (None, 10, MALFORMED, None),
        ("nul\0byte", 11, None, 6),
        (None, 12, MALFORMED, None),
        ("last", 13, None, 8),
    ]
    assert rows[0]["names"] == ["a", "b,c"]
    assert [row["names"] for row in rows[1:]] == [None] * 9


def test_long_csv_is_written_in_batches(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extraction_watch.inputs.csv_files.BATCH_CHARACTERS", 1000)
    ids = [str(n) for n in range(2, 1000)]
    folder.write("events.csv.gz", gzip.compress("\n".join(["id", *ids]).encode()))
    assert numbered(folder.rows()) == [(i, int(i), None) for i in ids]


def test_lines_of_nested_formats(folder: Folder) -> None:
    deep = '{"spans": [{"attributes": {"a.b": 1.50, "text": "\\u00e9"}}]}'
    folder.write("spans.jsonl", f"{deep}\n\n[1]\n{{broken\n  {deep}")
    rows = folder.rows("raw_stream.spans", "stream")
    assert [(r["_row_number"], r["_bad_column"]) for r in rows] == [
        (1, None),
        (3, MALFORMED),
        (4, MALFORMED),
        (5, None),
    ]
    assert rows[0]["line"] == deep
    assert rows[3]["line"].strip() == deep


def test_one_file_of_each_type(folder: Folder) -> None:
    folder.write_parquet("events/a.parquet", {"id": ["a"], "number": [1]})
    folder.write_json("events/b.jsonl", [{"id": "b", "number": 1}])
    folder.write("events/c.csv", "number,id\n1,c\n")
    folder.write_json("events/d.json", [{"id": "d", "number": 1}])
    packed = gzip.compress(b"id,number\ne,1\n")
    folder.write("events/e.csv.gz", packed)
    rows = folder.rows()
    assert [(row["id"], row["number"]) for row in rows] == [(i, 1) for i in "abcde"]
