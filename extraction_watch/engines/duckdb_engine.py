"""Counting and publishing from the working database of DuckDB."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from extraction_watch.engines import outcome_counts, wrecked_day
from extraction_watch.publication import (
    DATABASE,
    begin_version,
    make_current,
    published_models,
)
from extraction_watch.quiet_connection import connect
from extraction_watch.recovery import database_error
from extraction_watch.run_log import Run
from extraction_watch.warehouse import Warehouse

# Functions that stay in the published file, for every client that opens it.
SQL_FUNCTIONS = """
create macro logit(p) as ln(p / (1 - p));
create macro probability(log_odds) as 1 / (1 + exp(-log_odds));
create macro account_case(id) as table
    select
        signal, family, weight, sentence, observed_from, observed_to,
        source_entity_id
    from evidence
    where entity_type = 'account' and entity_id = id
    order by weight desc, signal;
create macro cluster_case(id) as table
    select signal, family, weight, sentence, observed_from, observed_to
    from evidence
    where entity_type = 'cluster' and entity_id = id
    order by weight desc, signal;
-- Today's clusters of an id that a run gave earlier: the same, those that it was merged
-- into, renamed to or split into, and the one that holds the account it is named after.
create macro cluster_now(id) as table
    with recursive ids as (
        select id as cluster_id
        union
        select cluster_lineage.cluster_id
        from ids
        inner join cluster_lineage on ids.cluster_id = cluster_lineage.other_cluster_id
    )
    select cluster_id from clusters inner join ids using (cluster_id)
    union
    select cluster_id from cluster_members where md5(account_id) = id;
"""


class DuckdbEngine:
    """See `extraction_watch.engines.Engine`."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse

    @property
    def quality_database(self) -> Path | None:
        return self.warehouse.database

    def invocation_id(self) -> str | None:
        with self._work() as connection:
            found = connection.execute("select invocation_id from raw.invocation")
            return str(found.fetchall()[0][0])

    def kept_publications(self) -> int:
        with self._work() as connection:
            found = connection.execute("select kept_publications from run_parameters")
            return int(found.fetchall()[0][0])

    def input_counts(self) -> dict[str, Any]:
        with self._work() as connection:
            read, malformed, conflicting, duplicate = connection.execute(
                "select coalesce(sum(rows_read), 0), "
                "coalesce(sum(malformed_rows), 0), coalesce(sum(conflicting_rows), 0), "
                "coalesce(sum(duplicate_rows), 0) from row_days"
            ).fetchall()[0]
            ((prior,),) = connection.execute(
                "select prior_log_odds from run_parameters"
            ).fetchall()
        return outcome_counts(
            int(read), int(malformed), int(conflicting), int(duplicate), float(prior)
        )

    def wrecked_days(self) -> list[str]:
        with self._work() as connection:
            days = connection.execute(
                "select quality_date, quality_reason from quality_days "
                "where stops_publication order by quality_date"
            ).fetchall()
        return [wrecked_day(day, reason) for day, reason in days]

    def _work(self) -> duckdb.DuckDBPyConnection:
        """The working database, read-only.

        Raises WarehouseError where it is not there or another process holds it.
        """
        try:
            return connect(self.warehouse.database, read_only=True)
        except duckdb.IOException as error:
            raise database_error(error) from error

    def publish(self, target: Path, runs: list[Run]) -> Path:
        """Write database and Parquet with the comments of the models' contracts."""
        run = runs[-1]
        aside = begin_version(self.warehouse, run.run_id)
        models = published_models(target)
        with connect(
            aside / DATABASE,
            config={
                "storage_compatibility_version": "v1.4.0",
                "threads": os.environ.get("EXTRACTION_WATCH_THREADS", "2"),
                "memory_limit": os.environ.get("EXTRACTION_WATCH_MEMORY", "8GB"),
                "temp_directory": str(self.warehouse.work / "spill"),
            },
        ) as connection:
            connection.execute("set preserve_insertion_order = false")
            connection.execute(
                f"attach {_text(self.warehouse.database)} as work (read_only)"
            )
            for name, model in models.items():
                _copy_table(connection, name, model)
            _insert_runs(connection, runs, list(models["runs"]["columns"]))
            connection.execute(SQL_FUNCTIONS)
            for name in models:
                file = aside / "parquet" / f"{name}.parquet"
                connection.execute(
                    f"copy {_name(name)} to {_text(file)} "
                    "(format parquet, compression zstd, "
                    f"kv_metadata {{run_id: {_text(run.run_id)}}})"
                )
            connection.execute("detach work")
        return make_current(self.warehouse, aside, run)


def _copy_table(
    connection: duckdb.DuckDBPyConnection, name: str, model: dict[str, Any]
) -> None:
    """One table with its comments."""
    table = _name(name)
    connection.execute(f"create table {table} as from work.main.{table}")
    connection.execute(
        f"comment on table {table} is {_text(model['description'].strip())}"
    )
    for column in model["columns"].values():
        connection.execute(
            f"comment on column {table}.{_name(column['name'])} is "
            f"{_text(column['description'].strip())}"
        )


def _insert_runs(
    connection: duckdb.DuckDBPyConnection, runs: list[Run], columns: list[str]
) -> None:
    """Fill the table of runs from the run log."""
    places = ", ".join("?" for _ in columns)
    names = ", ".join(map(_name, columns))
    connection.executemany(
        f"insert into runs ({names}) values ({places})",
        [[asdict(run)[column] for column in columns] for run in runs],
    )


def _name(identifier: str) -> str:
    """A quoted SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: Path | str) -> str:
    """A quoted SQL string."""
    return "'" + str(value).replace("'", "''") + "'"
