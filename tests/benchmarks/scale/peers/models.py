"""The project's own models, as dbt compiled them, in a database in memory."""

from pathlib import Path

from extraction_watch.quiet_connection import connect
from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.counters import compiled_models
from tests.benchmarks.scale.processes import THREADS
from udfs import register_duckdb


class Models:
    """Runs models over tables that are put there; their queries come from a build."""

    def __init__(self, folder: Path) -> None:
        warehouse = Warehouse(folder)
        self._models = {model["name"]: model for model in compiled_models(warehouse)}
        self.connection = connect(config={"threads": THREADS})
        self.connection.execute(f"attach '{warehouse.database}' as built (read_only)")
        # queries name the database that they were compiled for
        name = warehouse.database.stem
        self.connection.execute(f"attach ':memory:' as {name}; use {name}")
        self.connection.execute("set TimeZone = 'UTC'")
        register_duckdb(self.connection)

    def copy(self, *names: str) -> None:
        """Take over tables as they were built."""
        for name in names:
            self.connection.execute(f"create table {name} as from built.main.{name}")

    def build(self, *names: str) -> None:
        """Make models anew, in this order."""
        for name in names:
            model = self._models[name]
            kind = "view" if model["config"]["materialized"] == "view" else "table"
            self.connection.execute(f"create {kind} {name} as {model['compiled_code']}")
