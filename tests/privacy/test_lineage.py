"""No published column holds what is private, by the lineage of the compiled project."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extraction_watch.inputs import load_sources
from tests.conftest import PROJECT
from tests.integration.test_publication import TABLES
from tests.privacy.lineage import Lineage, read_lineage
from tests.privacy.private_columns import FIELD, private_columns, read_rules

RULES = read_rules()
MANY_PATHS = 100_000


@pytest.fixture(scope="module")
def manifest(built_warehouse: Path) -> dict[str, Any]:
    """What dbt compiled."""
    path = built_warehouse / "work" / "target" / "manifest.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def lineage(manifest: dict[str, Any]) -> Lineage:
    return read_lineage(manifest, PROJECT)


def leaks(lineage: Lineage) -> list[str]:
    """Published columns that hold something private, with the way that it took."""
    private = private_columns(lineage, RULES)
    return [
        f"{kind}: " + " <- ".join(map(".".join, way))
        for column in lineage.published_columns
        for kind, way in private.get(column, {}).items()
    ]


def test_nothing_private_is_published(
    lineage: Lineage, record_property: Callable[[str, object], None]
) -> None:
    paths = lineage.paths(set(RULES.sources))
    counts = {
        "published columns": len(lineage.published_columns),
        "columns that they come from": len(lineage.reachable),
        "private raw columns": len(lineage.reachable & RULES.sources.keys()),
        "lineage paths to private raw columns": paths,
    }
    for name, count in counts.items():
        record_property(name, count)
        print(f"{name}: {count:,}")
    assert sorted(lineage.published) == TABLES
    assert paths > MANY_PATHS
    assert leaks(lineage) == []


@pytest.mark.parametrize(
    ("model", "before", "after", "leak"),
    [
        ("stg_native__api_requests", "mask_text(prompt)", "lower(prompt)", "text"),
        ("stg_litellm__api_requests", "mask_text(prompt)", "prompt", "text"),
        ("stg_otel_genai__api_requests", "mask_text(prompt)", "prompt", "text"),
        ("stg_native__accounts", "mask_text(", "trim(", "text"),
        ("shared_identities", "keyed_hash(identity)", "identity", "network"),
        ("shared_identities", "keyed_hash(identity)", "identity", "device"),
        (
            "stg_native__api_requests",
            "client_session_id,\n",
            "substr(prompt, 1, 20) as client_session_id,\n",
            "text",
        ),
        ("shared_identities", "keyed_hash(identity)", "md5(identity)", "payment"),
        (
            "session_profiles",
            "requests.client_session_id,",
            "requests.client_ip as client_session_id,",
            "network",
        ),
    ],
)
def test_a_model_that_lets_something_through_is_found(
    manifest: dict[str, Any], model: str, before: str, after: str, leak: str
) -> None:
    spoiled = copy.deepcopy(manifest)
    node = spoiled["nodes"][f"model.extraction_watch.{model}"]
    assert before in node["compiled_code"]
    node["compiled_code"] = node["compiled_code"].replace(before, after)
    kinds = {found.split(":")[0] for found in leaks(read_lineage(spoiled, PROJECT))}
    assert leak in kinds


def test_every_raw_column_is_judged() -> None:
    declared = {
        (f"{source.name}.{table.name}", column.name)
        for source in load_sources().values()
        for table in source.tables
        for column in table.columns
    }
    judged = [
        (table, column)
        for lists in (RULES.private, RULES.open)
        for table, columns in lists.items()
        for column in columns
    ]
    assert len(judged) == len(set(judged))
    assert set(judged) == declared


def test_no_rule_is_idle(lineage: Lineage) -> None:
    """What no model uses any more must not wait there as an open door."""
    used = {
        function
        for steps in lineage.steps.values()
        for step in steps
        for function in step.functions
    }
    listed = {one["function"] for one in RULES.approved}
    fields = [*RULES.fields["open"], *RULES.fields["private"]]
    assert not listed - used
    assert not {FIELD + name for name in fields} - used
    assert len(fields) == len(set(fields))
    assert all(one["reason"] for one in RULES.approved)
