"""DuckDB's own counters of each step: rows that it scans, and rows that it makes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from extraction_watch.warehouse import Warehouse
from udfs import register_duckdb


@dataclass(frozen=True)
class Counters:
    """Rows read from tables and files, and the most that one operator makes.

    So a join that explodes shows, although a later operator aggregates.
    """

    scanned: int
    made: int


def step_counters(warehouse: Warehouse) -> dict[str, Counters]:
    """Counters of each model of the last build but staging, run again on its tables."""
    return {
        node["name"]: model_counters(warehouse, node)
        for node in compiled_models(warehouse)
        if "staging" not in node["fqn"]
    }


def compiled_models(warehouse: Warehouse) -> list[dict[str, Any]]:
    """The models of the last dbt command, by name, with their queries."""
    return compiled_nodes(warehouse, "model")


def compiled_nodes(warehouse: Warehouse, kind: str) -> list[dict[str, Any]]:
    """The same, of models or of tests."""
    manifest = json.loads((warehouse.target / "manifest.json").read_text("utf-8"))
    return sorted(
        (
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == kind and "compiled_code" in node
        ),
        key=lambda node: str(node["name"]),
    )


def model_counters(warehouse: Warehouse, model: dict[str, Any]) -> Counters:
    """Counters of one of `compiled_models`, run on the tables that are there."""
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        register_duckdb(connection)
        return query_counters(connection, model["compiled_code"])


def query_counters(connection: duckdb.DuckDBPyConnection, query: str) -> Counters:
    """Run a query and read what DuckDB counted."""
    ((_, said),) = connection.execute(
        f"explain (analyze, format json) {query}"
    ).fetchall()
    profile = json.loads(said)
    return Counters(
        scanned=profile["query"]["total_rows_scanned"],
        made=max(_rows_made(profile["operator"])),
    )


def _rows_made(operators: list[dict[str, Any]]) -> Iterator[int]:
    """What each operator of a plan hands on."""
    for operator in operators:
        yield operator["intermediate_rows"]
        yield from _rows_made(operator.get("children", []))
