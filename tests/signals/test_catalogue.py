"""A signal is whole: model, description, page, weight, cap of its family, cases."""

import csv
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
MODELS = PROJECT / "models" / "signals"
PAGES = PROJECT / "docs" / "signals"
SECTIONS = [
    "What it finds",
    "Why it counts",
    "What it needs",
    "What it misses",
    "Whom it misjudges",
    "Triage",
    "Weight",
]
CASES = ("positive", "negative", "boundary")


def read_yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


def read_seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def registered() -> list[str]:
    signals: list[str] = read_yaml(PROJECT / "dbt_project.yml")["vars"]["signals"]
    return signals


def page_of(signal: str) -> str:
    return (PAGES / f"{signal}.md").read_text("utf-8")


every_signal = pytest.mark.parametrize("signal", registered())


def test_there_is_nothing_for_signals_that_are_not_registered() -> None:
    known = set(registered())
    assert len(known) == len(registered())
    assert {path.stem for path in MODELS.glob("*.sql")} == {
        f"signal__{signal}" for signal in known
    }
    assert {path.stem for path in MODELS.glob("*.yml")} == {
        f"_signal__{signal}" for signal in known
    }
    assert {path.stem for path in PAGES.glob("*.md")} - {"README"} == known
    assert {row["signal"] for row in read_seed("signal_weights")} == known


def test_every_family_of_evidence_has_a_cap_and_a_signal() -> None:
    caps = {row["family"]: float(row["weight_max"]) for row in families()}
    assert caps.keys() == {row["family"] for row in read_seed("signal_weights")}
    assert all(cap > 0 for cap in caps.values())


def families() -> list[dict[str, str]]:
    return read_seed("evidence_families")


@every_signal
def test_the_model_is_described(signal: str) -> None:
    (model,) = read_yaml(MODELS / f"_signal__{signal}.yml")["models"]
    assert model["name"] == f"signal__{signal}"
    assert model["description"].startswith("One row per ")
    described = {column["name"] for column in model["columns"]}
    assert {"value", "baseline"} <= described


@every_signal
def test_there_are_a_positive_a_negative_and_a_boundary_case(signal: str) -> None:
    cases = read_yaml(MODELS / f"_signal__{signal}.yml")["unit_tests"]
    assert {case["model"] for case in cases} == {f"signal__{signal}"}
    kinds = [case["name"].split("_", 1)[0] for case in cases]
    assert set(kinds) == set(CASES)
    for case, kind in zip(cases, kinds, strict=True):
        expected = case["expect"]["rows"]
        assert bool(expected) == (kind == "positive") or kind == "boundary"


@every_signal
def test_the_cases_pin_every_var_and_the_weight(signal: str) -> None:
    model = (MODELS / f"signal__{signal}.sql").read_text("utf-8")
    read = set(re.findall(r"var\('(\w+)'\)", model))
    for case in read_yaml(MODELS / f"_signal__{signal}.yml")["unit_tests"]:
        assert case.get("overrides", {}).get("vars", {}).keys() == read
        inputs = {given["input"]: given["rows"] for given in case["given"]}
        assert {row["signal"] for row in inputs["ref('signal_weights')"]} == {signal}


@every_signal
def test_the_page_has_every_section(signal: str) -> None:
    page = page_of(signal)
    assert page.startswith(f"# {signal}\n")
    parts = re.split(r"^## (.+)\n", page, flags=re.MULTILINE)
    assert parts[1::2] == SECTIONS
    assert all(len(text.split()) >= 4 for text in parts[2::2])
    assert "```sql" in parts[parts.index("Triage") + 1]


@every_signal
def test_the_page_tells_family_and_direction_as_the_model_and_seed_have_them(
    signal: str,
) -> None:
    rows = [row for row in read_seed("signal_weights") if row["signal"] == signal]
    judged = " and ".join(sorted(f"{row['entity_type']}s" for row in rows))
    (family,) = {row["family"] for row in rows}
    (model,) = read_yaml(MODELS / f"_signal__{signal}.yml")["models"]
    value = next(
        column["description"]
        for column in model["columns"]
        if column["name"] == "value"
    )
    direction = "against" if "speaks against" in " ".join(value.split()) else "for"
    line = f"Family `{family}`. Judges {judged}. Speaks {direction} an extraction."
    assert line in page_of(signal)


@every_signal
def test_the_links_of_the_page_lead_somewhere(signal: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page_of(signal)):
        assert link.startswith("https://") or (PAGES / link).exists(), link


@pytest.fixture(scope="module")
def published(built_warehouse: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        str(built_warehouse / "extraction_watch.duckdb"), read_only=True
    )


@every_signal
def test_the_query_for_triage_runs_on_the_published_tables(
    published: duckdb.DuckDBPyConnection, signal: str
) -> None:
    (query,) = re.findall(r"```sql\n(.+?)```", page_of(signal), re.DOTALL)
    for kind in ("account", "cluster"):
        found = published.execute(
            "select max(entity_id) from evidence where entity_type = ?", [kind]
        ).fetchone()
        query = query.replace(f"<{kind}_id>", found[0] if found else "")
    assert published.execute(query).description
