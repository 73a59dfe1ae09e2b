"""Staging leaves forgotten accounts out, whatever the format of the logs."""

from pathlib import Path

import duckdb
import pytest

from extraction_watch.inputs.forgotten import forget_accounts
from extraction_watch.warehouse import Warehouse
from tests.conftest import PROJECT, Run

FORMATS = ("native", "litellm", "otel_genai")
FORGOTTEN, REMEMBERED = "user-cedar", "user-aspen"
PEPPER = {"EXTRACTION_WATCH_PEPPER": "a pepper that is for this test only"}


@pytest.fixture(scope="module")
def work(command: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working database after staging the fixtures of all formats."""
    root = tmp_path_factory.mktemp("tombstones")
    warehouse = Warehouse(root / "warehouse")
    warehouse.prepare()
    forget_accounts(warehouse.folder, [FORGOTTEN], PEPPER)
    environment = dict(PEPPER)
    for name in FORMATS:
        folder = root / name
        folder.mkdir()
        for path in (PROJECT / "tests" / "fixtures" / name).iterdir():
            (folder / path.name).symlink_to(path)
        environment[f"EXTRACTION_WATCH_{name.upper()}_LOGS"] = str(folder)
    for table, header in (
        ("verdicts", "entity_type,entity_id,verdict"),
        ("suppressions", "entity_type,entity_id,reason"),
    ):
        lines = [header, *(f"account,{one},x" for one in (FORGOTTEN, REMEMBERED))]
        (root / "native" / f"{table}.csv").write_text("\n".join([*lines, ""]))
    outcome = command(
        *("dbt.cli.main", "run", "--select", "path:models/staging"),
        EXTRACTION_WATCH_WAREHOUSE=warehouse.folder,
        DBT_PROFILES_DIR=PROJECT / "profiles",
        DBT_TARGET_PATH=warehouse.target,
        DBT_LOG_PATH=warehouse.logs,
        **environment,
    )
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    return warehouse.database


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("stg_native__api_requests", "account_id"),
        ("stg_litellm__api_requests", "account_id"),
        ("stg_otel_genai__api_requests", "account_id"),
        ("stg_native__accounts", "account_id"),
        ("stg_native__verdicts", "entity_id"),
        ("stg_native__suppressions", "entity_id"),
        ("stg_litellm__enforcement_events", "account_id"),
    ],
)
def test_the_rows_of_the_others_stay(work: Path, table: str, column: str) -> None:
    with duckdb.connect(str(work), read_only=True) as connection:
        ids = connection.execute(f"select distinct {column} from {table}").fetchall()
    assert (REMEMBERED,) in ids
    assert (FORGOTTEN,) not in ids


def test_an_event_of_the_account_is_left_out(work: Path) -> None:
    """The fixture tells of no other event."""
    with duckdb.connect(str(work), read_only=True) as connection:
        events = connection.execute("from stg_native__enforcement_events").fetchall()
    assert events == []
