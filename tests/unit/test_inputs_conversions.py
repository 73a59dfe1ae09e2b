"""How values of each kind become values of each declared type."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.unit.inputs import Folder

BAD = object()
NOON = datetime(2026, 1, 1, 12)

TEXTS: list[tuple[str, Any, Any]] = [
    ("number", "3", 3),
    ("number", "-3.0", -3),
    ("number", "3.", 3),
    ("number", " 3 ", 3),
    ("number", "1e3", 1000),
    ("number", "9007199254740993", 9007199254740993),
    ("number", "3.5", BAD),
    ("number", "1_000", BAD),
    ("number", "many", BAD),
    ("number", "99999999999999999999", BAD),
    ("number", "true", BAD),
    ("number", "", None),
    ("number", "NaN", None),
    ("ratio", "0.5", 0.5),
    ("ratio", ".5e1", 5.0),
    ("ratio", "1", 1.0),
    ("ratio", "1e999", BAD),
    ("ratio", "inf", BAD),
    ("ratio", "half", BAD),
    ("ratio", "nan", None),
    ("flag", "True", True),
    ("flag", "FALSE", False),
    ("flag", "1", True),
    ("flag", "0", False),
    ("flag", "yes", BAD),
    ("flag", "2", BAD),
    ("at", "2026-01-01T12:00:00Z", NOON),
    ("at", "2026-01-01 12:00", NOON),
    ("at", "2026-01-01T14:00:00+02:00", NOON),
    ("at", "2026-01-01 14:00:00 +0200", NOON),
    ("at", "2026-01-01 04:00:00-08", NOON),
    ("at", "2026-01-01 12:00:00 UTC", NOON),
    ("at", "2026-01-01T12:00:00.000001999Z", NOON.replace(microsecond=1)),
    ("at", "2026-01-01", datetime(2026, 1, 1)),
    ("at", "2026-02-30", BAD),
    ("at", "2026-01-01T25:00:00", BAD),
    ("at", "2026-01-01T12:00:00+99:00", BAD),
    ("at", "1767268800", BAD),
    ("at", "2026", BAD),
    ("at", "01/02/2026", BAD),
    ("at", "yesterday", BAD),
    ("names", '["a", null, 1, {"b": [2]}]', ["a", None, "1", '{"b":[2]}']),
    ("names", "[]", []),
    ("names", "[1", BAD),
    ("names", "[1] [2]", BAD),
    ("names", '{"a": 1}', BAD),
    ("names", "a", BAD),
]


def check(row: dict[str, Any], column: str, expected: Any, text: str | None) -> None:
    is_bad = expected is BAD
    assert row[column] == (None if is_bad else expected)
    assert row["_bad_column"] == (column if is_bad else None)
    if is_bad and text is not None:
        assert row["_bad_value"] == text
    if not is_bad:
        assert row["_bad_value"] is None


@pytest.mark.parametrize("file_type", ["csv", "jsonl", "parquet"])
def test_from_text(tmp_path: Path, file_type: str) -> None:
    folder = Folder(tmp_path)
    for number, (column, text, _) in enumerate(TEXTS):
        name = f"events/{number:03}.{file_type}"
        if file_type == "csv":
            quoted = text.replace('"', '""')
            folder.write(name, f'id,{column}\n1,"{quoted}"\n')
        elif file_type == "jsonl":
            folder.write_json(name, [{"id": "1", column: text}])
        else:
            folder.write_parquet(name, {"id": ["1"], column: [text]})
    rows = folder.rows()
    for row, (column, text, expected) in zip(rows, TEXTS, strict=True):
        check(row, column, expected, text)


def test_from_json_values(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    row = {"number": 3.0, "ratio": 1, "flag": True, "names": ["a", "b"]}
    folder.write_json(
        "events.jsonl",
        [
            {"id": 7, **row},
            {"id": {"a": [1]}, "flag": 0, "names": '["text of a list"]'},
            {"id": "c", "at": 1767268800},
            {"id": "d", "flag": "", "at": None, "ratio": float("nan")},
        ],
    )
    first, second, third, fourth = folder.rows()
    assert {name: first[name] for name in row} == row | {"number": 3, "ratio": 1.0}
    assert first["id"] == "7"
    assert (second["id"], second["flag"]) == ('{"a":[1]}', False)
    assert second["names"] == ["text of a list"]
    assert (third["at"], third["_bad_column"]) == (None, "at")
    assert third["_bad_value"] == "1767268800"
    assert (fourth["flag"], fourth["ratio"], fourth["_bad_column"]) == (None,) * 3


PHYSICAL: list[tuple[str, pa.Array, Any]] = [
    ("id", pa.array([7]), "7"),
    ("id", pa.array([True]), "true"),
    ("id", pa.array([b"caf\xc3\xa9"]), "café"),
    ("id", pa.array([b"\xff"]), BAD),
    ("id", pa.array([{"a": 1, "b": None}]), '{"a":1,"b":null}'),
    ("id", pa.array([["x", "y"]]), '["x","y"]'),
    ("id", pa.array(["x"]).dictionary_encode(), "x"),
    ("id", pa.array(["x"], pa.large_string()), "x"),
    (
        "id",
        pa.array([bytes(range(16))], pa.uuid()),
        "00010203-0405-0607-0809-0a0b0c0d0e0f",
    ),
    ("number", pa.array([3], pa.uint8()), 3),
    ("number", pa.array([2**64 - 1], pa.uint64()), BAD),
    ("number", pa.array([3.0]), 3),
    ("number", pa.array([3.5]), BAD),
    ("number", pa.array([float("nan")]), None),
    ("number", pa.array([1e300]), BAD),
    ("number", pa.array([Decimal("3.00")]), 3),
    ("number", pa.array([Decimal("3.01")]), BAD),
    ("number", pa.array([NOON]), BAD),
    ("ratio", pa.array([1]), 1.0),
    ("ratio", pa.array([0.5], pa.float32()), 0.5),
    ("ratio", pa.array([Decimal("0.25")]), 0.25),
    ("ratio", pa.array([float("nan")]), None),
    ("ratio", pa.array([float("inf")]), BAD),
    ("ratio", pa.array([True]), BAD),
    ("flag", pa.array([1]), True),
    ("flag", pa.array([0.0]), False),
    ("flag", pa.array([2]), BAD),
    ("at", pa.array([NOON]), NOON),
    ("at", pa.array([NOON], pa.timestamp("ms")), NOON),
    ("at", pa.array([1_767_268_800_000_000_999], pa.timestamp("ns")), NOON),
    ("at", pa.array([1_767_268_800_000_000_999], pa.timestamp("ns", "UTC")), NOON),
    ("at", pa.array([NOON.replace(tzinfo=UTC)], pa.timestamp("us", "+05:00")), NOON),
    ("at", pa.array([date(2026, 1, 1)]), datetime(2026, 1, 1)),
    ("at", pa.array([1767268800]), BAD),
    ("at", pa.array([1767268800.0]), BAD),
    ("names", pa.array([["x", None]]), ["x", None]),
    ("names", pa.array([[1, 2]]), ["1", "2"]),
    ("names", pa.array([{"a": 1}]), BAD),
    ("names", pa.array([1]), BAD),
]


def write_physical(folder: Folder) -> None:
    for number, (column, array, _) in enumerate(PHYSICAL):
        columns = {"id": pa.array(["1"])} | {column: array}
        folder.write_parquet(f"events/{number:03}.parquet", columns)


def test_from_parquet_types(tmp_path: Path) -> None:
    """Every file has another schema: they are still one relation."""
    folder = Folder(tmp_path)
    write_physical(folder)
    for row, (column, _, expected) in zip(folder.rows(), PHYSICAL, strict=True):
        check(row, column, expected, None)


def test_only_the_first_bad_column_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write_json(
        "events.jsonl", [{"id": "a", "ratio": "x" * 99, "number": "y" * 99}]
    )
    (row,) = folder.rows()
    assert (row["_bad_column"], row["_bad_value"]) == ("number", "y" * 80)
