"""The world that all steps read, and the tables that the product makes of it."""

from dataclasses import replace
from pathlib import Path

import duckdb

from extraction_watch.dbt_build import dbt_environment, run_dbt_part
from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.peers.texts import write_texts
from tests.worlds.presets import PRESETS
from tests.worlds.world import generate
from tests.worlds.writing import write

_BASE = PRESETS["demo"]
_BASE_REQUESTS = 71_000
_BUILT = ("+link_communities", "+request_sessions", "+family_profiles")


def write_inputs(size: int, folder: Path) -> None:
    """Write what all steps read: the world, the warehouse and the texts.

    Raises BuildError.
    """
    _build_world(size, folder)
    write_texts(folder)


def _build_world(size: int, folder: Path) -> None:
    """Write a world of about `size` requests to `world/` and build `warehouse/`.

    It is the preset `demo` with more or fewer accounts and larger or smaller campaigns.
    """
    factor = size / _BASE_REQUESTS
    campaigns = tuple(
        replace(
            one,
            accounts=max(2, round(one.accounts * factor)),
            requests=max(60, round(one.requests * factor)),
        )
        for one in _BASE.campaigns
    )
    population = max(100, round(_BASE.population * factor))
    config = replace(_BASE, population=population, campaigns=campaigns)
    write(generate(config), folder / "world")
    warehouse = Warehouse(folder / "warehouse")
    warehouse.prepare()
    logs = {"native": str(folder / "world" / "logs")}
    run_dbt_part(dbt_environment(warehouse.folder, "duckdb", logs), "build", *_BUILT)


def operators(folder: Path) -> dict[str, str | None]:
    """Campaign of each account of the world, None for accounts of customers."""
    rows = duckdb.connect().execute(
        f"""
        select account_id, case when is_extraction then group_id end
        from read_parquet('{folder}/world/truth/accounts.parquet')
        """
    )
    return dict(rows.fetchall())
