"""Raw relations on Spark: temporary views over the input files."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as sf
from pyspark.sql.types import StructType

from extraction_watch.inputs.csv_files import LINE_COLUMN, MALFORMED_COLUMN
from extraction_watch.inputs.dialects import SparkDialect
from extraction_watch.inputs.errors import InputError
from extraction_watch.inputs.facts import FileColumn
from extraction_watch.inputs.groups import (
    Group,
    empty_select,
    group_files,
    typed_select,
)
from extraction_watch.inputs.inventory import InputFile, Inventory
from extraction_watch.inputs.json_files import BLANK_LINE
from extraction_watch.inputs.parquet_files import kind_of
from extraction_watch.inputs.readable_files import provide_readable_files
from extraction_watch.inputs.sources import Table

DIALECT = SparkDialect()


def create_spark_relations(spark: SparkSession, inventory: Inventory) -> None:
    """Create temporary views: `raw_input_files`, `raw_forgotten_accounts` and
    `raw_<source>__<table>`.

    The session time zone must be UTC. Sets the session so that Parquet timestamps in
    nanoseconds can be read.
    """
    spark.conf.set("spark.sql.legacy.parquet.nanosAsLong", "true")
    paths = provide_readable_files(inventory)
    _input_files(spark, inventory.files).createOrReplaceTempView("raw_input_files")
    forgotten = [(account_hash,) for account_hash in inventory.forgotten]
    spark.createDataFrame(forgotten, "account_hash string").createOrReplaceTempView(
        "raw_forgotten_accounts"
    )
    for table in inventory.tables:
        view = f"raw_{table.source}__{table.name}"
        groups = group_files(table, inventory.files_of(table), paths)
        selects = []
        for number, group in enumerate(groups):
            scan = f"{view}__{number}"
            _scan(spark, group, table).createOrReplaceTempView(scan)
            selects.append(typed_select(group, table, f"select * from {scan}", DIALECT))
        body = " union all ".join(selects) or empty_select(table, DIALECT)
        spark.sql(body).createOrReplaceTempView(view)


def _input_files(spark: SparkSession, files: Iterable[InputFile]) -> DataFrame:
    rows = [
        (
            file.source,
            file.table,
            file.file_id,
            file.path,
            file.size,
            datetime.fromtimestamp(file.modified_ns // 1000 / 1e6, UTC).replace(
                tzinfo=None
            ),
        )
        for file in files
    ]
    return spark.createDataFrame(
        rows,
        "source string, table_name string, file_id string, file_path string, "
        "size_bytes bigint, modified_at timestamp_ntz",
    )


def _scan(spark: SparkSession, group: Group, table: Table) -> DataFrame:
    """The relation that `typed_select` reads."""
    paths = list(map(_without_glob, group.paths))
    if group.file_type == "json":
        rows = _json_rows(spark.read.text(paths, lineSep="\n"), table)
    else:
        reader = spark.read.schema(_schema(spark, group))
        rows = _parquet_rows(reader.parquet(*paths), group)
    known = [(file.file_id, file.path) for file in group.files]
    files = spark.createDataFrame(known, "_file_id string, _file_path string")
    return rows.join(sf.broadcast(files), "_file_id")


def _file_id() -> Column:
    """The files are named by their id."""
    return sf.split_part(sf.col("_metadata.file_name"), sf.lit("."), sf.lit(1))


def _parquet_rows(scan: DataFrame, group: Group) -> DataFrame:
    raw = [
        _raw_value(column).alias(f"__{i}")
        for i, column in enumerate(group.columns)
        if column is not None
    ]
    if group.file_type == "csv":
        number, malformed = sf.col(LINE_COLUMN), sf.col(MALFORMED_COLUMN)
    else:
        number, malformed = sf.col("_metadata.row_index") + 1, sf.lit(False)
    return scan.select(
        *raw,
        _file_id().alias("_file_id"),
        number.alias("_row_number"),
        malformed.alias("__malformed"),
    )


def _schema(spark: SparkSession, group: Group) -> StructType:
    """Spark's types of the columns that the group needs, and of no others.

    Spark looks them up in an empty file of that schema: in the files themselves it
    would stumble over columns that nobody asked for. It reads UUIDs as bytes.
    """
    names = {column.name for column in group.columns if column is not None}
    if group.file_type == "csv":
        names |= {LINE_COLUMN, MALFORMED_COLUMN}
    fields = [
        field.with_type(pa.binary(16)) if kind_of(field.type) == "uuid" else field
        for field in pq.read_schema(group.paths[0])
        if field.name in names
    ]
    with TemporaryDirectory() as folder:
        path = f"{folder}/schema.parquet"
        pq.write_table(pa.schema(fields).empty_table(), path)
        try:
            return spark.read.parquet(f"file:{path}").schema
        except AnalysisException as error:
            raise InputError(
                f"Spark cannot read the file {group.files[0].absolute_path}: "
                f"{error.getMessage()}"
            ) from error


def _raw_value(column: FileColumn) -> Column:
    """Nanoseconds arrive as integers."""
    name = DIALECT.name(column.name)
    if column.physical_type.startswith("timestamp[ns"):
        return sf.expr(f"cast(timestamp_micros({name} div 1000) as timestamp_ntz)")
    return sf.col(name)


def _json_rows(scan: DataFrame, table: Table) -> DataFrame:
    lines = _numbered(
        scan.select(
            sf.col("value").alias("__line"),
            _file_id().alias("_file_id"),
            sf.col("_metadata.file_block_start").alias("__block"),
            sf.monotonically_increasing_id().alias("__position"),
        )
    ).where(sf.col("__line") != BLANK_LINE.decode())
    if table.as_lines:
        data_type = "map<string,string>"
    else:
        names = (DIALECT.name(column.name) for column in table.columns)
        data_type = f"struct<{', '.join(f'{name}: string' for name in names)}>"
    entry = sf.when(sf.size("__list") == 1, sf.col("__list")[0])
    rows = lines.withColumn(
        "__list", sf.expr(DIALECT.json_in_list("__line", data_type))
    ).select("*", entry.alias("__entry"))
    if table.as_lines:
        is_object = sf.col("__entry").isNotNull()
        values = [sf.when(is_object, _stripped("__line")).alias("__0")]
    else:
        values = [
            sf.col(f"__entry.{DIALECT.name(column.name)}").alias(f"__{i}")
            for i, column in enumerate(table.columns)
        ]
    is_malformed = sf.coalesce(*values).isNull().alias("__malformed")
    return rows.select(*values, "_file_id", "_row_number", is_malformed)


def _stripped(line: str) -> Column:
    return sf.btrim(sf.col(line), sf.lit(" \t\r"))


def _numbered(lines: DataFrame) -> DataFrame:
    """Add `_row_number`, the 1-based line in the file, without moving any text.

    Spark reads a file in blocks and counts positions from the start of each task: a
    first look counts the lines of each block, a second adds those of the blocks before.
    """
    earlier = (
        Window.partitionBy("_file_id")
        .orderBy("__block")
        .rowsBetween(Window.unboundedPreceding, -1)
    )
    blocks = (
        lines.groupBy("_file_id", "__block")
        .agg(sf.min("__position").alias("__first"), sf.count("*").alias("__lines"))
        .withColumn("__before", sf.coalesce(sf.sum("__lines").over(earlier), sf.lit(0)))
        .select("_file_id", "__block", "__first", "__before")
    )
    number = sf.col("__position") - sf.col("__first") + sf.col("__before") + 1
    return lines.join(sf.broadcast(blocks), ["_file_id", "__block"]).withColumn(
        "_row_number", number
    )


def _without_glob(path: Path) -> str:
    escaped = "".join(
        f"\\{letter}" if letter in "*?[]{}\\" else letter for letter in str(path)
    )
    return f"file:{escaped}"
