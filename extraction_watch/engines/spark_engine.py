"""Counting and publishing from the tables that Spark wrote."""

import shutil
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from extraction_watch.engines import outcome_counts, wrecked_day
from extraction_watch.publication import begin_version, make_current, published_models
from extraction_watch.run_log import Run
from extraction_watch.spark_tables import export_spark_tables
from extraction_watch.warehouse import Warehouse

COUNTS = ("row_days", "run_parameters", "quality_days")
ARROW_TYPES = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
}


class SparkEngine:
    """See `extraction_watch.engines.Engine`. Publishes Parquet only."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse

    @property
    def quality_database(self) -> Path | None:
        return None

    def invocation_id(self) -> str | None:
        return None  # a build that begins removes the report of the last one

    def kept_publications(self) -> int:
        exported = self.warehouse.work / "counts" / "run_parameters.parquet"
        return int(pq.read_table(exported)["kept_publications"][0].as_py())

    def input_counts(self) -> dict[str, Any]:
        folder = self.warehouse.work / "counts"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        export_spark_tables(self.warehouse.folder, COUNTS, folder)
        days = pq.read_table(folder / "row_days.parquet")
        prior = pq.read_table(folder / "run_parameters.parquet")["prior_log_odds"]
        read, malformed, conflicting, duplicate = (
            int(pc.sum(days[column]).as_py() or 0)
            for column in (
                "rows_read",
                "malformed_rows",
                "conflicting_rows",
                "duplicate_rows",
            )
        )
        return outcome_counts(
            read, malformed, conflicting, duplicate, float(prior[0].as_py())
        )

    def wrecked_days(self) -> list[str]:
        days = pq.read_table(self.warehouse.work / "counts" / "quality_days.parquet")
        return [
            wrecked_day(day["quality_date"], day["quality_reason"])
            for day in days.sort_by("quality_date").to_pylist()
            if day["stops_publication"]
        ]

    def publish(self, target: Path, runs: list[Run]) -> Path:
        """Write one Parquet file per table."""
        run = runs[-1]
        aside = begin_version(self.warehouse, run.run_id)
        models = published_models(target)
        tables = [name for name in models if name != "runs"]
        marks = {"run_id": run.run_id}
        export_spark_tables(self.warehouse.folder, tables, aside / "parquet", marks)
        run_table = _runs_table(runs, models["runs"]["columns"])
        pq.write_table(
            run_table.replace_schema_metadata(marks),
            aside / "parquet" / "runs.parquet",
            compression="zstd",
        )
        return make_current(self.warehouse, aside, run)


def _runs_table(runs: list[Run], columns: dict[str, Any]) -> pa.Table:
    """The run log with the types of the contract."""
    rows = [asdict(run) for run in runs]
    arrays = {}
    for name, column in columns.items():
        values = [row[name] for row in rows]
        if column["data_type"] == "timestamp":
            values = [v and datetime.fromisoformat(v) for v in values]
        arrays[name] = pa.array(values, ARROW_TYPES[column["data_type"]])
    return pa.table(arrays)
