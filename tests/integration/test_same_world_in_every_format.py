"""One world, written in each log format, gives the same published tables."""

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.integration.tables import Tables, differences, read_tables
from tests.worlds.world import World
from tests.worlds.writing import write

FILE_TYPES = {"native": "parquet", "litellm": "jsonl", "otel_genai": "jsonl.gz"}


@pytest.fixture(scope="module")
def tables(
    run_core: Run, small_world: World, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Tables]:
    """What is published from each format."""
    folder = tmp_path_factory.mktemp("formats")
    return {
        log_format: _published(run_core, small_world, folder / log_format, log_format)
        for log_format in FILE_TYPES
    }


def _published(run_core: Run, world: World, folder: Path, log_format: str) -> Tables:
    write(world, folder, log_format, FILE_TYPES[log_format], False)
    outcome = run_core(
        "run",
        *("--logs", folder / "logs"),
        *("--warehouse", folder / "warehouse"),
        *("--log-format", log_format),
    )
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    return read_tables(folder / "warehouse" / "extraction_watch.duckdb")


@pytest.mark.parametrize("log_format", ["litellm", "otel_genai"])
def test_the_format_makes_no_difference(
    tables: dict[str, Tables], log_format: str
) -> None:
    _, accounts = tables["native"]["accounts"]
    assert len(accounts) > 100
    assert not differences(tables["native"], tables[log_format])
