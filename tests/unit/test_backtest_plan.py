"""What a step of a back-test rebuilds."""

import json
from pathlib import Path
from typing import Any

import pytest

from extraction_watch.backtest.plan import Built, read_plan
from extraction_watch.dbt_build import BuildError


def manifest(folder: Path, staged: str) -> Path:
    """Of a model `goal` on `between` and a seed, `between` on a staged relation."""

    def node(name: str, stage: str, *parents: str, kind: str = "model") -> Any:
        return {
            "name": name,
            "resource_type": kind,
            "fqn": ["extraction_watch", stage, name],
            "database": "work",
            "schema": "main",
            "relation_name": f'"work"."main"."{name}"',
            "compiled_code": f"select of {name}",
            "depends_on": {"nodes": list(parents)},
        }

    nodes = {
        "goal": node("goal", "evidence", "between", "seed", "macro.not_a_node"),
        "between": node("between", "accounts", "staged"),
        "staged": node(staged, "staging", "raw"),
        "raw": node("stg_native__something", "staging"),
        "seed": node("weights", "extraction_watch", kind="seed"),
        "aside": node("aside", "marts", "goal"),
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    return path


def test_models_come_after_those_they_read_and_staging_is_not_rebuilt(
    tmp_path: Path,
) -> None:
    plan = read_plan(manifest(tmp_path, "enforcement_events"), ["goal"])
    assert plan.models == (
        Built('"work"."main"."between"', "select of between"),
        Built('"work"."main"."goal"', "select of goal"),
    )
    assert plan.staged == {"enforcement_events": "occurred_at"}
    assert plan.seeds == ("weights",)
    assert (plan.database, plan.schema) == ("work", "main")


def test_a_staged_relation_without_a_known_time_stops_the_replay(
    tmp_path: Path,
) -> None:
    path = manifest(tmp_path, "stg_native__invoices")
    with pytest.raises(BuildError, match="since when rows of stg_native__invoices"):
        read_plan(path, ["goal"])
