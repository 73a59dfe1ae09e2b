"""The dbt tests fail when a table is wrong: each is shown a table broken for it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from extraction_watch.warehouse import Warehouse
from tests.conftest import PROJECT

SINGULAR = sorted(path.stem for path in (PROJECT / "tests" / "dbt").glob("*.sql"))
ONE = "(select min(account_id) from accounts where cluster_id is not null)"
# Names of tests, and statements that break what they guard.
DAMAGES = [
    *(
        (
            "evidence_adds_up",
            "update evidence set weight = weight + 1e-5 where entity_id = (select "
            f"min(entity_id) from evidence where entity_type = '{entity_type}')",
        )
        for entity_type in ("account", "cluster", "session")
    ),
    (
        "evidence_adds_up",
        f"update accounts set extraction_probability = null where account_id = {ONE}",
    ),
    (
        "every_account_has_a_row",
        f"delete from accounts where account_id = {ONE}",
    ),
    (
        "every_row_is_accounted_for",
        "delete from requests_rejected where row_number = "
        "(select min(row_number) from requests_rejected)",
    ),
    (
        "no_cluster_of_one",
        f"update accounts set cluster_id = 'lonely' where account_id = {ONE}",
    ),
    (
        "unique_accounts_account_id",
        f"insert into accounts from accounts where account_id = {ONE}",
    ),
    (
        "not_null_accounts_risk_band",
        f"update accounts set risk_band = null where account_id = {ONE}",
    ),
    (
        "relationships_accounts_cluster_id__cluster_id__ref_clusters_",
        "delete from clusters where cluster_id = "
        "(select min(cluster_id) from clusters)",
    ),
    (
        "between_accounts_extraction_probability__1__0",
        f"update accounts set extraction_probability = 1.01 where account_id = {ONE}",
    ),
]


@pytest.fixture(scope="module")
def work(
    built_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the working database."""
    original = Warehouse(built_warehouse).database
    path = tmp_path_factory.mktemp("damaged") / original.name
    shutil.copy(original, path)
    with duckdb.connect(str(path)) as connection:
        yield connection


def failures(
    work: duckdb.DuckDBPyConnection, built_warehouse: Path, name: str
) -> list[tuple[object, ...]]:
    """The rows that the compiled test finds."""
    compiled = Warehouse(built_warehouse).target / "compiled" / "extraction_watch"
    (path,) = compiled.rglob(f"{name}.sql")
    return work.execute(path.read_text("utf-8")).fetchall()


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_a_test_notices_damage(
    work: duckdb.DuckDBPyConnection, built_warehouse: Path, name: str, damage: str
) -> None:
    assert not failures(work, built_warehouse, name)
    work.execute("begin")
    try:
        work.execute(damage)
        assert failures(work, built_warehouse, name)
    finally:
        work.execute("rollback")


def test_every_test_of_the_project_is_shown_damage() -> None:
    assert set(SINGULAR) <= {name for name, _ in DAMAGES}
