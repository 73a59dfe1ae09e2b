"""The tables that the last Spark build left below the warehouse. Needs no Spark."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq


def spark_folder(warehouse: Path) -> Path:
    """Where Spark keeps its tables, spills and log; emptied by every session."""
    return warehouse / "work" / "spark"


def spark_table(warehouse: Path, name: str) -> Path:
    """The folder of Parquet files that make up a table of the last build."""
    return spark_folder(warehouse) / "tables" / "extraction_watch.db" / name


def export_spark_tables(
    warehouse: Path,
    names: Iterable[str],
    folder: Path,
    marks: Mapping[str, str] | None = None,
) -> None:
    """Write each named table as one file, `<folder>/<name>.parquet`.

    Timestamps are UTC without zone, in microseconds. `marks` stand in the metadata of
    each file. Raises FileNotFoundError for a
    table that the last build did not make.
    """
    for name in names:
        table = ds.dataset(spark_table(warehouse, name), format="parquet")
        schema = table.schema.remove_metadata()
        with pq.ParquetWriter(
            folder / f"{name}.parquet", schema, compression="zstd"
        ) as writer:
            for batch in table.to_batches():
                writer.write_batch(batch.replace_schema_metadata(None))
            writer.add_key_value_metadata(dict(marks or {}))
