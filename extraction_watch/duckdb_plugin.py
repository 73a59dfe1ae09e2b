"""The dbt-duckdb plugin: every connection gets UTC, the UDFs and the raw relations."""

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError
from dbt_common.invocation import get_invocation_id
from duckdb import DuckDBPyConnection

from extraction_watch.inputs import InputError, inventory_from_environment
from extraction_watch.inputs.duckdb_relations import create_duckdb_relations
from extraction_watch.kept_state import KEPT_STATES, kept_state
from udfs import register_duckdb


class Plugin(BasePlugin):
    """In the profile: `plugins: [{module: extraction_watch.duckdb_plugin}]`."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Prepare the connection that all cursors come from.

        Raises DbtRuntimeError, with the plain message, for input that cannot be used.
        """
        conn.execute("set global TimeZone = 'UTC'")
        register_duckdb(conn)
        try:
            inventory = inventory_from_environment()
            create_duckdb_relations(conn, inventory)
        except InputError as error:
            raise DbtRuntimeError(str(error)) from error
        # Says whose tables these are, also when the command is killed half-way.
        conn.execute(
            "create or replace table raw.invocation as select ? as invocation_id",
            [get_invocation_id()],
        )
        for name in KEPT_STATES:
            conn.execute(
                f"create or replace view raw.{name} as "
                + kept_state(name, inventory.warehouse, "read_parquet('{}')")
            )

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Cursors do not inherit session settings."""
        cursor.execute("set TimeZone = 'UTC'")
