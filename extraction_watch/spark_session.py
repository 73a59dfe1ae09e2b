"""The local Spark session with everything that the models expect of it."""

import logging
import os
import re
import shutil
import sys
import warnings
from pathlib import Path

from pyspark.sql import SparkSession

from extraction_watch.inputs import InputError, inventory_from_environment
from extraction_watch.inputs.inventory import WAREHOUSE_VARIABLE
from extraction_watch.inputs.spark_relations import create_spark_relations
from extraction_watch.kept_state import KEPT_STATES, kept_state
from extraction_watch.spark_tables import spark_folder
from udfs import register_spark

PROJECT = Path(__file__).resolve().parent.parent

_LOG_SETTINGS = Path(__file__).with_name("spark_log.properties")
_PYTHON_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger", "py4j")


def start_session() -> SparkSession:
    """Start a session with the functions and the raw relations of the environment.

    The environment names the warehouse and the folders of logs, as for DuckDB, and may
    set `EXTRACTION_WATCH_THREADS` (2), `EXTRACTION_WATCH_MEMORY` (8GB) and
    `EXTRACTION_WATCH_SHUFFLE_PARTITIONS` (the number of threads). What Spark built
    before in this warehouse is removed: the catalogue lives as long as the session.
    Raises InputError for input that cannot be used.
    """
    inventory = inventory_from_environment()
    if inventory.warehouse is None:
        raise InputError(
            f"{WAREHOUSE_VARIABLE} is not set. Set it to the folder for the results."
        )
    folder = spark_folder(inventory.warehouse)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    warnings.filterwarnings("ignore", ".*pandas >= 3", FutureWarning)
    for name in _PYTHON_LOGGERS:  # they repeat every exception as 100 KB of JSON
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = _session(folder)
    register_spark(session)
    create_spark_relations(session, inventory)
    for name in KEPT_STATES:
        query = kept_state(name, inventory.warehouse, "parquet.`{}`")
        session.sql(query).createOrReplaceTempView(f"raw_{name}")
    return session


def _session(folder: Path) -> SparkSession:
    threads = os.environ.get("EXTRACTION_WATCH_THREADS", "2")
    partitions = os.environ.get("EXTRACTION_WATCH_SHUFFLE_PARTITIONS", threads)
    memory = os.environ.get("EXTRACTION_WATCH_MEMORY", "8GB")
    java_options = (
        f"-Dlog4j2.configurationFile=file:{_LOG_SETTINGS} "
        f"-Dextraction_watch.log={folder / 'spark.log'}"
    )
    settings = {
        "spark.master": f"local[{threads}]",
        "spark.app.name": "extraction_watch",
        "spark.driver.memory": re.sub(r"(?i)i?b$", "", memory).lower(),
        "spark.driver.extraJavaOptions": java_options,
        "spark.executorEnv.PYTHONPATH": str(PROJECT),
        "spark.local.dir": str(folder / "spill"),
        # Hadoop sets modes by itself: for the owner only
        "spark.hadoop.fs.permissions.umask-mode": "077",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder / "tables"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.shuffle.partitions": partitions,
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.driver.host": "localhost",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
