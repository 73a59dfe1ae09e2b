"""What a step of a replay rebuilds, from the manifest of a dbt command."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extraction_watch.dbt_build import BuildError

# The column that says since when a row of a staged relation is known; None for rows
# without a time, which count from the beginning.
KNOWN_AT: dict[str, str | None] = {
    "staged_requests": "requested_at",
    "known_accounts": "created_at",
    "enforcement_events": "occurred_at",
    "stg_native__model_releases": "released_at",
    "stg_native__usage_totals": "usage_date",
    "stg_native__verdicts": "decided_at",
    "stg_native__suppressions": None,
}


@dataclass(frozen=True)
class Built:
    """A model with its name in the database and its compiled query."""

    relation: str
    query: str


@dataclass(frozen=True)
class Plan:
    """Staged relations and seeds that a replay reads, and models in building order.

    `staged` maps a staged relation to its column in `KNOWN_AT`. `database` and `schema`
    are where the compiled queries look for all of them.
    """

    database: str
    schema: str
    staged: dict[str, str | None]
    seeds: tuple[str, ...]
    models: tuple[Built, ...]


def read_plan(manifest: Path, goals: Collection[str]) -> Plan:
    """All that the goals, names of compiled models, rest on.

    Raises BuildError for a staged relation whose rows have no known time, so that a new
    one cannot leak what was not known yet.
    """
    nodes: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    staged: dict[str, str | None] = {}
    seeds: list[str] = []
    models: list[Built] = []
    seen: set[str] = set()

    def visit(node_id: str) -> None:
        if node_id in seen or node_id not in nodes:
            return
        seen.add(node_id)
        node = nodes[node_id]
        if node["resource_type"] == "seed":
            seeds.append(node["name"])
        elif "staging" in node["fqn"][1:-1]:
            staged[node["name"]] = _known_at(node["name"])
        else:
            for parent in node["depends_on"]["nodes"]:
                visit(parent)
            models.append(Built(node["relation_name"], node["compiled_code"]))

    ids = {node["name"]: node_id for node_id, node in nodes.items()}
    for goal in goals:
        visit(ids[goal])
    one = nodes[ids[next(iter(goals))]]
    return Plan(one["database"], one["schema"], staged, tuple(seeds), tuple(models))


def _known_at(name: str) -> str | None:
    if name not in KNOWN_AT:
        raise BuildError(
            f"The back-test does not know since when rows of {name} are known: name "
            "their column in extraction_watch/backtest/plan.py."
        )
    return KNOWN_AT[name]
