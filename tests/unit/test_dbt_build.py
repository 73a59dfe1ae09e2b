"""How dbt is called."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from extraction_watch import dbt_build
from extraction_watch.dbt_build import (
    BuildError,
    dbt_environment,
    forget_other_checkout,
    run_dbt,
)


@pytest.mark.parametrize(("limit", "threads"), [(10, ["--threads", "1"]), (10**6, [])])
def test_models_of_a_large_log_are_built_one_by_one(
    limit: int, threads: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []

    def invoke(
        environment: Mapping[str, str], engine: str, arguments: list[str]
    ) -> tuple[int, list[str]]:
        called.append(arguments)
        return 1, ["no dbt here"]

    monkeypatch.setattr(dbt_build, "_invoke", invoke)
    monkeypatch.setattr(dbt_build, "ONE_BY_ONE_BYTES", limit)
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "api_requests.csv").write_text("request_id,requested_at,account_id,model\n")
    (tmp_path / "work").mkdir()
    environment = dbt_environment(tmp_path, "duckdb", {"native": str(logs)})
    with pytest.raises(BuildError, match="no dbt here"):
        run_dbt(environment, "duckdb", full_refresh=False)
    assert [one[3:] for one in called] == [threads]


def test_what_dbt_remembers_of_another_checkout_is_forgotten(tmp_path: Path) -> None:
    remembered = tmp_path / "partial_parse.msgpack"
    remembered.write_bytes(b"of no known checkout")
    forget_other_checkout(tmp_path)
    assert not remembered.exists()
    remembered.write_bytes(b"of this one")
    forget_other_checkout(tmp_path)
    assert remembered.exists()
    (tmp_path / "checkout").write_text("/elsewhere", "utf-8")
    forget_other_checkout(tmp_path)
    assert not remembered.exists()
