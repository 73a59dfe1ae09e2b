"""The dbt-duckdb plugin: what a connection has when dbt gets it."""

from pathlib import Path

import duckdb
import pytest
from dbt_common.exceptions import DbtRuntimeError

from extraction_watch.duckdb_plugin import Plugin

REQUEST = (
    '{"request_id": "r", "requested_at": "2026-01-01T01:00:00+01:00", '
    '"account_id": "a", "model": "m"}'
)


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of native logs that the environment names."""
    folder = tmp_path / "logs"
    folder.mkdir()
    monkeypatch.setenv("EXTRACTION_WATCH_NATIVE_LOGS", str(folder))
    monkeypatch.setenv("EXTRACTION_WATCH_WAREHOUSE", str(tmp_path / "warehouse"))
    for log_format in ("LITELLM", "OTEL_GENAI"):
        monkeypatch.delenv(f"EXTRACTION_WATCH_{log_format}_LOGS", raising=False)
    return folder


def configure(connection: duckdb.DuckDBPyConnection) -> None:
    Plugin(name="extraction_watch", plugin_config={}).configure_connection(connection)


def test_cursors_read_the_logs_in_utc(logs: Path) -> None:
    (logs / "api_requests.jsonl").write_text(REQUEST)
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'America/New_York'")
    configure(connection)
    cursor = connection.cursor()
    Plugin(name="extraction_watch", plugin_config={}).configure_cursor(cursor)
    rows = cursor.execute(
        "select request_id, requested_at::varchar, current_setting('TimeZone'), "
        "mask_text('a 1') is not null from raw_native.api_requests"
    ).fetchall()
    assert rows == [("r", "2026-01-01 00:00:00", "UTC", True)]


def test_views_follow_the_files(logs: Path, tmp_path: Path) -> None:
    """A file that is gone leaves no view behind that cannot be read."""
    first = logs / "api_requests.jsonl"
    first.write_text(REQUEST)
    path = str(tmp_path / "work.duckdb")
    with duckdb.connect(path) as connection:
        configure(connection)
    first.unlink()
    (logs / "api_requests.csv").write_text(
        "request_id,requested_at,account_id,model\ns,2026-01-01,a,m\n"
    )
    with duckdb.connect(path) as connection:
        configure(connection)
        rows = connection.execute("select request_id from raw_native.api_requests")
        assert rows.fetchall() == [("s",)]


def test_input_errors_are_dbt_errors(logs: Path) -> None:
    with pytest.raises(DbtRuntimeError, match="holds no api_requests"):
        configure(duckdb.connect())
