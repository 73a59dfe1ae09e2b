"""No step may blow up, and none may begin to read more: in rows, not in seconds."""

import shutil
from pathlib import Path

import duckdb
import pytest

from extraction_watch.dbt_build import dbt_environment, run_dbt_part
from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.budget import read_budget
from tests.benchmarks.scale.counters import (
    Counters,
    compiled_models,
    model_counters,
    query_counters,
    step_counters,
)
from tests.benchmarks.scale.hubs import HUBS, ROWS_PER_REQUEST_MAX, Hub, write_hub
from tests.integration.awkward_logs import AwkwardLogs

SLACK = 1.1  # plans differ a little between versions and machines
EVERYTHING = Hub(
    "everything",
    15_000,
    1_900,  # just so few that what they share may link them
    {
        "account_id": "case when number % 3 = 0 then 'one' else 'a' || account end",
        "client_ip": "'192.0.2.1'",
        "client_device_id": "'device'",
        "user_agent": "'agent/' || number",
        "prompt": "sentence(1) || ' ' || sentence(2) || ' ' || sentence(number)",
        "requested_at": "timestamp '2026-03-01' "
        "+ to_milliseconds(draw(number, 3) % 86400000)",
    },
)
"""One address, device, family and day, an account that sends a third of all, and a user
agent for each request."""
AGENTS = next(hub for hub in HUBS if hub.name == "agents")
"""Every account shares twenty agents, each with nine others."""


@pytest.mark.parametrize(
    ("hub", "scale"), [(EVERYTHING, 1.0), (AGENTS, 0.02)], ids=["everything", "agents"]
)
def test_no_step_blows_up_on_what_is_shared(
    hub: Hub, scale: float, tmp_path: Path
) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.prepare()
    logs = tmp_path / "logs"
    requests = write_hub(hub, scale, logs)
    run_dbt_part(
        dbt_environment(warehouse.folder, "duckdb", {"native": str(logs)}), "build", "*"
    )
    counters = step_counters(warehouse)
    assert counters["requests"].made >= requests
    assert too_large(counters, ROWS_PER_REQUEST_MAX * requests) == {}


def too_large(counters: dict[str, Counters], bound: int) -> dict[str, Counters]:
    """Steps that make more rows than the bound."""
    return {name: one for name, one in counters.items() if one.made > bound}


def test_no_step_scans_or_makes_more_than_its_budget(built_warehouse: Path) -> None:
    """`python -m tests.benchmarks.scale.budget` writes what is expected."""
    budget = read_budget()
    counters = step_counters(Warehouse(built_warehouse))
    assert counters.keys() == budget.keys()
    above = {
        name: (one, budget[name])
        for name, one in counters.items()
        if one.scanned > SLACK * budget[name].scanned
        or one.made > SLACK * budget[name].made
    }
    assert above == {}


def test_an_increment_reads_the_new_file_only(
    copied_warehouse: Path, awkward_logs: AwkwardLogs, tmp_path: Path
) -> None:
    logs = Path(shutil.copytree(awkward_logs.folder, tmp_path / "logs"))
    new = logs / "api_requests" / "one_more.jsonl"
    lines = awkward_logs.extras[0].read_text("utf-8").splitlines(keepends=True)
    new.write_text("".join(lines[:5]), "utf-8")
    warehouse = Warehouse(copied_warehouse)
    run_dbt_part(
        dbt_environment(warehouse.folder, "duckdb", {"native": str(logs)}),
        "compile",
        "stg_native__api_requests",
    )
    (model,) = compiled_models(warehouse)
    counters = model_counters(warehouse, model)
    assert counters.made == 5
    assert counters.scanned < 100


def test_a_bound_is_kept() -> None:
    steps = {"small": Counters(1, 10), "large": Counters(1, 11)}
    assert too_large(steps, 10) == {"large": Counters(1, 11)}


def test_a_join_that_explodes_is_seen() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table numbers as from range(300)")
        counters = query_counters(
            connection, "select count(*) from numbers as one, numbers as other"
        )
    assert counters == Counters(scanned=600, made=90_000)
