"""The fixture of each log format, staged by dbt: the same requests, spelled apart."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

PROJECT = Path(__file__).resolve().parents[2]
FIXTURES = PROJECT / "tests" / "fixtures"
FORMATS = ("native", "litellm", "otel_genai")
MODELS = ["stg_native__api_requests", "staging.litellm", "staging.otel_genai"]
COMPARED_APART = {"requested_at", "tool_names", "prompt", "system_prompt"}


@pytest.fixture(scope="module")
def database(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working database after the staging models ran on all fixtures, twice."""
    warehouse = tmp_path_factory.mktemp("warehouse")
    (warehouse / "work").mkdir()
    folders = {
        f"EXTRACTION_WATCH_{name.upper()}_LOGS": str(FIXTURES / name)
        for name in FORMATS
    }
    environment = (
        os.environ
        | folders
        | {
            "EXTRACTION_WATCH_ENGINE": "duckdb",
            "EXTRACTION_WATCH_WAREHOUSE": str(warehouse),
            "DBT_TARGET_PATH": str(warehouse / "target"),
            "DBT_LOG_PATH": str(warehouse / "logs"),
            "PYTHONPATH": str(PROJECT),
        }
    )
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "run",
        "--profiles-dir",
        "profiles",
    ]
    for _ in range(2):  # the second run must find nothing new
        build = subprocess.run(
            [*command, "--select", *MODELS],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert build.returncode == 0, build.stdout
    path = warehouse / "work" / "extraction_watch_work.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def staged(
    database: duckdb.DuckDBPyConnection, log_format: str
) -> list[dict[str, Any]]:
    table = database.sql(
        f"select * from stg_{log_format}__api_requests"
    ).to_arrow_table()
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def expected() -> list[dict[str, Any]]:
    lines = (FIXTURES / "expected_requests.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def key_of(text: str | None) -> int | None:
    return (
        None if text is None else int(hashlib.md5(text.encode()).hexdigest()[:15], 16)
    )


@pytest.mark.parametrize("log_format", FORMATS)
def test_a_format_gives_the_requests_of_the_contract(
    database: duckdb.DuckDBPyConnection, log_format: str
) -> None:
    rows = staged(database, log_format)
    rows = [row for row in rows if row["rejection_reason"] is None]
    accepted = {row["request_id"]: row for row in rows}
    assert len(expected()) == len(accepted) == len(rows) == 30
    for request in expected():
        row = accepted[request["request_id"]]
        same = request.keys() - COMPARED_APART
        assert {name: row[name] for name in same} == {
            name: request[name] for name in same
        }
        time = row["requested_at"].isoformat(sep=" ", timespec="microseconds")
        tools = request["tool_names"]
        assert time == request["requested_at"]
        assert row["tool_set"] == (None if tools is None else "|".join(sorted(tools)))
        assert row["prompt_key"] == key_of(request["prompt"])
        assert row["system_prompt_key"] == key_of(request["system_prompt"])


def test_all_formats_fingerprint_a_request_alike(
    database: duckdb.DuckDBPyConnection,
) -> None:
    hashes = [
        {
            row["request_id"]: (row["content_hash"], row["prompt_shingles"])
            for row in staged(database, log_format)
            if row["rejection_reason"] is None
        }
        for log_format in FORMATS
    ]
    assert hashes[0] == hashes[1] == hashes[2]


def rejections(
    database: duckdb.DuckDBPyConnection, log_format: str
) -> list[tuple[Any, ...]]:
    return database.sql(
        "select file_path, row_number, rejection_reason, rejected_column, "
        f"rejected_value from stg_{log_format}__api_requests "
        "where rejection_reason is not null order by all"
    ).fetchall()


def test_litellm_rows_that_cannot_be_read_are_rejected(
    database: duckdb.DuckDBPyConnection,
) -> None:
    file = "spend_logs.jsonl"
    assert rejections(database, "litellm") == [
        (file, 31, "value of the wrong type", "startTime", "yesterday"),
        (file, 32, "missing value", "account_id", None),
        (file, 33, "malformed row", "<row>", None),
    ]


def test_otel_lines_that_cannot_be_read_are_rejected(
    database: duckdb.DuckDBPyConnection,
) -> None:
    file = "api_requests/flat.jsonl"
    assert rejections(database, "otel_genai") == [
        (file, 13, "value of the wrong type", "input_tokens", "many"),
        (file, 14, "value of the wrong type", "requested_at", "yesterday"),
        (file, 15, "malformed row", "<row>", None),
        (file, 16, "malformed row", "<row>", None),
    ]


def test_otel_spans_that_are_no_requests_are_left_out(
    database: duckdb.DuckDBPyConnection,
) -> None:
    rows = database.sql(
        "select row_number, count(*) from stg_otel_genai__api_requests "
        "where file_path = 'api_requests/collector.jsonl' group by all order by all"
    ).fetchall()
    # Line 4 also holds an HTTP span and a tool's span, line 5 only an HTTP span.
    lines = dict.fromkeys([*range(1, 5), *range(6, 13)], 1) | {4: 3, 10: 2}
    assert rows == list(lines.items())


def test_requests_of_one_line_are_told_apart(
    database: duckdb.DuckDBPyConnection,
) -> None:
    parts = database.sql(
        "select row_part from stg_otel_genai__api_requests "
        "where file_path = 'api_requests/collector.jsonl' and row_number = 4 "
        "order by row_part"
    ).fetchall()
    assert parts == [(2,), (3,), (5,)]


def test_litellm_keys_give_enforcement_events(
    database: duckdb.DuckDBPyConnection,
) -> None:
    events = database.sql(
        "select account_id, action, cast(occurred_at as varchar) "
        "from stg_litellm__enforcement_events order by all"
    ).fetchall()
    assert events == [
        ("e8b1a9f0c3", "key_rotated", "2026-03-03 11:00:00"),
        ("f00d04", "key_revoked", "2026-03-02 12:30:00"),
        ("team-delta", "key_revoked", "2026-03-02 12:00:00"),
        ("team-delta", "key_rotated", "2026-03-01 00:00:00"),
        ("user-aspen", "closed_by_owner", "2026-03-02 11:30:00"),
        ("user-birch", "key_rotated", "2026-03-02 10:00:00"),
        ("user-cedar", "suspended", "2026-03-02 12:44:00"),
        ("user-elder", "suspended", "2026-02-10 09:00:00"),
        ("user-fir", "key_revoked", "2026-03-02 11:00:00"),
    ]
