"""Both engines read the same rows from the same files."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from extraction_watch.inputs import Column, InputError, Source
from tests.unit.inputs import TYPED, Folder, Row, rows_of
from tests.unit.test_inputs_conversions import PHYSICAL, TEXTS
from tests.unit.test_inputs_hostile import HOSTILE_IDS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark  # left out where there is no Spark, see conftest.py

# Short work on a cold machine: compile little, one collector.
QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.extraJavaOptions", QUICK_START)
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("spark")))
        .getOrCreate()
    )
    yield session
    session.stop()


def joined(*lines: str) -> str:
    return "\n".join(lines)


def spark_rows(
    spark: "SparkSession", folder: Folder, view: str, log_format: str = "shop"
) -> list[Row]:
    from extraction_watch.inputs.spark_relations import create_spark_relations

    create_spark_relations(spark, folder.inventory(log_format))
    rows = spark.table(view).orderBy("_file_path", "_row_number").collect()
    return [row.asDict() for row in rows]


def check_equal(spark: "SparkSession", folder: Folder, name: str = "events") -> None:
    """Rows are equal, but for how a bad value is spelt (1e300 or 1.0E300)."""
    on_duckdb = folder.rows(f"raw_shop.{name}")
    on_spark = spark_rows(spark, folder, f"raw_shop__{name}")
    for row in [*on_duckdb, *on_spark]:
        row["_bad_value"] = row["_bad_value"] is not None
    assert on_spark == on_duckdb


def test_conversions_from_text(spark: "SparkSession", tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    texts = [{"id": column, column: text} for column, text, _ in TEXTS]
    folder.write_json("events/a.jsonl", texts)
    columns = ["id", "at", "number", "ratio", "flag", "names"]
    csv = [
        ",".join('"' + row.get(name, "").replace('"', '""') + '"' for name in columns)
        for row in texts
    ]
    folder.write("events/b.csv", "\n".join([",".join(columns), *csv]))
    by_column = {name: [row.get(name) for row in texts] for name in columns}
    folder.write_parquet("events/c.parquet", by_column)
    check_equal(spark, folder)
    view = spark.table("raw_shop__events").columns
    assert view == [*columns, *(name for name in folder.rows()[0] if name[0] == "_")]


def test_conversions_from_parquet(spark: "SparkSession", tmp_path: Path) -> None:
    """All physical types in one file, each as a column of its own, and one ignored."""
    types = {column.name: column.data_type for column in TYPED.columns}
    columns = [
        Column(f"column_{n}", types[name], is_required=False)
        for n, (name, _, _) in enumerate(PHYSICAL)
    ]
    table = replace(TYPED, columns=tuple(columns))
    folder = Folder(tmp_path, {"shop": Source("shop", (table,))})
    arrays = {f"column_{n}": array for n, (_, array, _) in enumerate(PHYSICAL)}
    ignored = {"clock": pa.array([time(1)])}
    folder.write_parquet("events.parquet", arrays | ignored)
    check_equal(spark, folder)


def test_parquet_files_of_several_schemas(
    spark: "SparkSession", tmp_path: Path
) -> None:
    folder = Folder(tmp_path)
    folder.write_parquet("events/a.parquet", {"id": ["a", None], "number": [1, 2]})
    folder.write_parquet("events/b.parquet", {"ID": [1], "NUMBER": ["x"]})
    check_equal(spark, folder)


def test_a_type_that_spark_cannot_read(spark: "SparkSession", tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write_parquet("events.parquet", {"id": ["a"], "at": pa.array([time(1)])})
    with pytest.raises(InputError, match=r"Spark cannot read the file .*parquet: "):
        spark_rows(spark, folder, "raw_shop__events")


def test_json_values(spark: "SparkSession", tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(
        "events/[a]* 'b'.jsonl",
        joined(
            '{"id": 7, "number": 3.0, "flag": 0, "names": ["a", 1, null]}',
            "",
            '{"id": {"a": [1, {"b": null}]}, "at": "2026-01-01T00:00:00+02:00"}',
            '{"id": "cut',
            '{"id": "one"}{"id": "two"}',
            "[1]",
            "{}",
            "null",
            '[{"id": "in a list"}]',
            '{"id": "NaN", "ratio": NaN}\r',
            '{"id": "1e3", "number": 1e3, "at": 1767268800}',
            '{"id": "half \\ud83d pair"}',
            ' {"ID": "other case", "id": "x"} ',
            '{"id": "last"}',
        ),
    )
    folder.write_json("events/b.jsonl", [{"id": i} for i in HOSTILE_IDS])
    folder.write("events/c.jsonl", b'{"id": "\xff\0"}\n')
    folder.write("events/d.jsonl", b"")
    check_equal(spark, folder)


def test_line_numbers_over_blocks(spark: "SparkSession", tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for name in ("events/a.jsonl", "events/b.jsonl"):
        folder.write_json(name, [{"id": str(n + 1)} for n in range(500)])
    spark.conf.set("spark.sql.files.maxPartitionBytes", "1000")
    try:
        check_equal(spark, folder)
        scan = spark.table("raw_shop__events__0")
        assert scan.rdd.getNumPartitions() > 2
    finally:
        spark.conf.unset("spark.sql.files.maxPartitionBytes")


def test_lines_of_nested_formats(spark: "SparkSession", tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("spans.jsonl", '{"a": {"b": 1.50}}\n\n[1]\n{broken\n  {"c": 2}')
    on_spark = spark_rows(spark, folder, "raw_stream__spans", "stream")
    assert on_spark == folder.rows("raw_stream.spans", "stream")


def test_folder_names(spark: "SparkSession", tmp_path: Path) -> None:
    root = tmp_path / "it's [a]* {b} 50%? \\"
    root.mkdir()
    folder = Folder(root)
    folder.write_json("events/a.jsonl", [{"id": "x"}])
    folder.write_parquet("events/b.parquet", {"id": ["y"]})
    check_equal(spark, folder)


def test_input_files_and_empty_tables(spark: "SparkSession", tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write_json("events.jsonl", [{"id": "a"}])
    assert spark_rows(spark, folder, "raw_shop__people") == []
    on_spark = spark.table("raw_input_files").collect()
    connection = folder.connect()
    on_duckdb = connection.execute("select * from raw.input_files").fetchall()
    assert [tuple(row) for row in on_spark] == on_duckdb
    assert rows_of(connection, "raw_shop.people") == []
