"""Input that cannot be used is refused in plain words, row by row where it can be."""

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from extraction_watch.dbt_build import PROJECT
from extraction_watch.inputs import InputError
from extraction_watch.run import checked_logs
from extraction_watch.settings import check_settings
from extraction_watch.warehouse import Warehouse
from tests.bad_input.corpus import (
    CSV_HEADER,
    CSV_RECORDS,
    CSV_REST,
    FUTURE,
    LINES,
    LITELLM_CHANGES,
    LITELLM_ROW,
    MALFORMED,
    MISSING,
    OTEL_ATTRIBUTES,
    OTEL_LINES,
    OTEL_SPAN,
    OTEL_SPANS,
    SIDE_TABLES,
    TRICKS,
    TYPE,
    VALUES,
    Expected,
    good_row,
    value_line,
)
from tests.bad_input.files import ARGUMENTS, ENVIRONMENT, FILES, VARS, FileCase
from tests.bad_input.reading import read_file
from tests.conftest import Outcome, Run

Row = dict[str, Any]

EXCERPT_CHARACTERS = 80
GOOD_ROWS = 1200
SECRETS = (
    "anna.mueller@example.org",
    "+49 170 5550199",
    "sk-live-9f8e7d6c5b4a39281706",
    "4111 1111 1111 1111",
    "203.0.113.77",
)
PROMPT_MARK = "zanzibarquokka"


def write_rows(path: Path, rows: list[Row]) -> None:
    write_lines(path, [json.dumps(row).encode() for row in rows])


def write_lines(path: Path, lines: list[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line + b"\n" for line in lines))


# --- Input that stops the run -----------------------------------------------------


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_files(case: FileCase, tmp_path: Path) -> None:
    found = read_file(case, tmp_path)
    if isinstance(case.expected, str):
        assert isinstance(found, str)
        assert re.search(case.expected, found)
        assert found.isprintable()
    else:
        assert found == case.expected


def test_nothing_is_published_from_a_bad_file(run: Run, tmp_path: Path) -> None:
    logs, warehouse = tmp_path / "logs", tmp_path / "warehouse"
    write_lines(logs / "api_requests.jsonl", [b"\x1f\x8b no text"])
    outcome = run("run", "--logs", logs, "--warehouse", warehouse)
    message = r"api_requests\.jsonl holds no text but gzip"
    assert_refused(outcome, message)
    last = json.loads((warehouse / "runs.jsonl").read_text().splitlines()[-1])
    assert last["status"] == "failed"
    assert re.search(message, last["failure"])
    assert not (warehouse / "extraction_watch.duckdb").exists()


@pytest.mark.parametrize(("folder", "log_format", "message"), ARGUMENTS)
def test_arguments(folder: str, log_format: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        checked_logs(Warehouse(tmp_path / "w"), log_format, tmp_path / folder)


@pytest.mark.parametrize(("name", "value", "message"), ENVIRONMENT)
def test_settings_in_the_environment(name: str, value: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_settings({name: value})


def test_vars(dbt: Run, tmp_path: Path) -> None:
    """All wrong vars are told at once, before anything is built."""
    values = json.dumps({name: value for name, value, _ in VARS})
    outcome = dbt(tmp_path / "w", tmp_path, "parse", "--vars", values)
    assert outcome.exit_code == 2
    for _, _, message in VARS:
        assert re.search(message, outcome.stdout), message


def test_every_var_is_checked() -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    checked = (PROJECT / "macros" / "check_settings.sql").read_text("utf-8")
    other = {"retention_days"}  # has a check of its own, for the environment too
    names = project["vars"].keys() - other
    assert not [name for name in names if f"'{name}'" not in checked]


def assert_refused(outcome: Outcome, message: str) -> None:
    assert outcome.exit_code == 2
    assert re.search(message, outcome.stderr), outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
    assert "Traceback" not in outcome.stderr + outcome.stdout


# --- Rows that are set aside, and rows that only look odd --------------------------


class Rejected(NamedTuple):
    """A row of `requests_rejected`."""

    file: str
    row_number: int
    reason: str
    column: str
    excerpt: str | None


SECRET_TEXT = " and ".join(SECRETS)
# Each spoils one good row, in this order, one line each.
SPOILED: list[tuple[Row, str, str, str | None]] = [
    ({"output_tokens": "many"}, TYPE, "output_tokens", "many"),
    ({"output_tokens": 1.5}, TYPE, "output_tokens", "<number>"),
    ({"output_tokens": 10**30}, TYPE, "output_tokens", None),
    ({"output_tokens": {"total": 1}}, TYPE, "output_tokens", None),
    ({"is_streaming": "perhaps"}, TYPE, "is_streaming", "perhaps"),
    ({"temperature": "warm"}, TYPE, "temperature", "warm"),
    ({"tool_names": "search"}, TYPE, "tool_names", "search"),
    ({"requested_at": "yesterday"}, TYPE, "requested_at", "yesterday"),
    ({"requested_at": "2026-13-45T00:00:00"}, TYPE, "requested_at", None),
    ({"requested_at": "2026-02-30 00:00:00"}, TYPE, "requested_at", None),
    ({"requested_at": None}, MISSING, "requested_at", None),
    ({"account_id": None}, MISSING, "account_id", None),
    ({"account_id": ""}, MISSING, "account_id", None),
    ({"request_id": None}, MISSING, "request_id", None),
    ({"model": None}, MISSING, "model", None),
    ({"latency_ms": SECRET_TEXT}, TYPE, "latency_ms", None),
    # The mail address lies across the place where the excerpt is cut.
    ({"latency_ms": "x" * 70 + " " + SECRETS[0]}, TYPE, "latency_ms", None),
    ({"latency_ms": "y" * 9000}, TYPE, "latency_ms", None),
]


class BadLogs(NamedTuple):
    """Logs with good, odd and bad rows, the published state, and what is expected.

    `ids` are the accepted native requests with their accounts, `foreign_ids` those of
    the other formats.
    """

    outcome: Outcome
    warehouse: Path
    rejected: list[Rejected]
    ids: dict[str, str]
    foreign_ids: set[str]


class Expectations:
    """Collects what is expected of files while they are written."""

    def __init__(self) -> None:
        self.rejected: list[Rejected] = []
        self.ids: dict[str, str] = {}

    def add(
        self,
        file: str,
        number: int,
        expected: Expected,
        request: tuple[str, str] = ("", ""),
        excerpt: str | None = None,
    ) -> None:
        """A row of a file is rejected, or is the accepted request (id, account)."""
        if expected is None:
            self.ids[request[0]] = request[1]
        else:
            self.rejected.append(Rejected(file, number, *expected, excerpt))


ACCOUNT_TEXTS = {'"\\ud800"': "\ufffd", '{"id": 1}': '{"id":1}', '" "': " "}
"""How an account id that is written otherwise is read."""


def write_native(logs: Path) -> Expectations:
    """Rows of each kind of file of the native format."""
    folder, told = logs / "api_requests", Expectations()
    usual = {"latency_ms": 250, "status_code": 200}
    good = [good_row(number, **usual) for number in range(GOOD_ROWS)]
    told.ids |= {row["request_id"]: row["account_id"] for row in good}
    write_rows(folder / "good.jsonl", good)

    spoiled = [
        good_row(5000 + number, prompt=f"{PROMPT_MARK} {SECRET_TEXT}") | changes
        for number, (changes, *_) in enumerate(SPOILED)
    ]
    write_rows(folder / "spoiled.jsonl", spoiled)
    for number, (_, why, where, excerpt) in enumerate(SPOILED, start=1):
        told.add("api_requests/spoiled.jsonl", number, (why, where), excerpt=excerpt)

    values = [(c, *one) for c, some in VALUES.items() for one in some]
    for number, (column, written, reason) in enumerate(values, start=1):
        account = f"account-{number % 10}"
        if column == "account_id":
            account = ACCOUNT_TEXTS.get(written, written)
        request = (f"value-{number}", account)
        told.add(
            "api_requests/values.jsonl",
            number,
            None if reason is None else (reason, column),
            request,
        )
    write_lines(
        folder / "values.jsonl",
        [value_line(number, c, w) for number, (c, w, _) in enumerate(values, start=1)],
    )

    cut = json.dumps(good_row(2001, prompt=f"{PROMPT_MARK} {SECRET_TEXT}"))[:-30]
    first = json.dumps(good_row(2000)).encode()
    lines: list[tuple[bytes, Expected]] = [
        (first, None),
        *LINES,
        (cut.encode(), MALFORMED),
    ]
    write_lines(folder / "lines.jsonl", [line for line, _ in lines])
    request = ("good-2000", "account-0")
    for number, (_, outcome) in enumerate(lines, start=1):
        told.add("api_requests/lines.jsonl", number, outcome, request)

    line = 2
    for record, expected in CSV_RECORDS:
        request_id = next(csv.reader([record]))[0]
        told.add(
            "api_requests/records.csv", line, expected, (request_id, "account-csv")
        )
        line += record.count("\n") + 1
    open_quote = f'csv-open,{CSV_REST},"open {PROMPT_MARK} {SECRETS[0]}'
    told.add("api_requests/records.csv", line, MALFORMED)
    records = [CSV_HEADER, *(record for record, _ in CSV_RECORDS), open_quote]
    write_lines(folder / "records.csv", [record.encode() for record in records])

    typed = {
        "request_id": ["typed-1", "typed-2", None],
        "requested_at": [20260302, 20260303, 20260304],
        "account_id": ["account-p", "account-p", "account-p"],
        "model": ["model-1", "model-1", "model-1"],
    }
    pq.write_table(pa.table(typed), folder / "typed.parquet")
    for number in (1, 2, 3):
        told.add(
            "api_requests/typed.parquet",
            number,
            (TYPE, "requested_at"),
            excerpt="<number>",
        )

    odd = [trick_row(number, trick) for number, trick in enumerate(TRICKS)]
    odd.append(good_row(3900, request_id=sampled_id(), prompt="long text " * 1_048_576))
    odd.append(good_row(3901, prompt=f"nul \0 {PROMPT_MARK}", user_agent="a\0b"))
    odd.append(good_row(3902, prompt="", system_prompt=""))
    told.ids |= {row["request_id"]: row["account_id"] for row in odd}
    write_rows(folder / "odd.jsonl", odd)
    latin = json.dumps(good_row(3950, account_id="caf?")).replace("?", "\xe9")
    (folder / "latin.jsonl").write_bytes(latin.encode("latin-1"))
    told.ids["good-3950"] = "caf\ufffd"
    return told


def trick_row(number: int, trick: str) -> Row:
    """A row that holds a trick wherever there is text."""
    columns = (
        *("account_id", "organization_id", "api_key_id", "client_session_id", "model"),
        *("client_device_id", "access_channel", "client_ip", "client_country"),
        *("user_agent", "tls_fingerprint", "system_prompt", "prompt", "stop_reason"),
    )
    row = good_row(3000 + number, request_id=f"odd {trick}", tool_names=[trick])
    return row | dict.fromkeys(columns, trick)


def write_side_tables(logs: Path, told: Expectations) -> None:
    """The tables beside the requests, with a row of tricks each."""
    first = {
        "accounts": {"account_id": TRICKS[0], "email_domain": TRICKS[9]},
        "enforcement_events": {
            "account_id": TRICKS[1],
            "occurred_at": "2026-03-02",
            "action": "banned",
            "reason": TRICKS[12],
        },
        "model_releases": {"model": TRICKS[2], "released_at": "2026-03-01"},
        "suppressions": {
            "entity_type": "account",
            "entity_id": TRICKS[3],
            "reason": TRICKS[9],
            "owner": TRICKS[12],
        },
        "verdicts": {
            "entity_type": "account",
            "entity_id": TRICKS[4],
            "verdict": "benign",
            "decided_at": "2026-03-02",
            "decided_by": TRICKS[9],
        },
    }
    for table, rows in SIDE_TABLES.items():
        write_rows(logs / f"{table}.jsonl", [first[table], *(row for row, _ in rows)])
        for number, (_, expected) in enumerate(rows, start=2):
            if expected is not None:
                told.rejected.append(
                    Rejected(f"{table}.jsonl", number, *expected, None)
                )


def write_foreign(root: Path, told: Expectations) -> set[str]:
    """Rows of LiteLLM and spans of OpenTelemetry; gives the ids of accepted ones."""
    ids = Expectations()
    rows = []
    for number, (changes, expected) in enumerate(LITELLM_CHANGES, start=1):
        request_id = f"litellm-{number}"
        rows.append(LITELLM_ROW | {"request_id": request_id} | changes)
        ids.add("spend_logs.jsonl", number, expected, (request_id, ""))
    write_rows(root / "litellm" / "spend_logs.jsonl", rows)

    lines: list[tuple[bytes, Expected]] = []
    for changes, expected in OTEL_ATTRIBUTES:
        attributes = OTEL_SPAN["attributes"] | changes
        known = {name: v for name, v in attributes.items() if v is not None}
        span = OTEL_SPAN | {"span_id": f"otel-{len(lines) + 1}", "attributes": known}
        lines.append((json.dumps(span).encode(), expected))
    for changes, expected in OTEL_SPANS:
        span = OTEL_SPAN | {"span_id": f"otel-{len(lines) + 1}"} | changes
        lines.append((json.dumps(span).encode(), expected))
    lines += OTEL_LINES
    file = "api_requests/spans.jsonl"
    write_lines(root / "otel_genai" / file, [line for line, _ in lines])
    for number, (_, expected) in enumerate(lines, start=1):
        ids.add(file, number, expected, (f"otel-{number}", ""))
    told.rejected += ids.rejected
    return set(ids.ids)


def sampled_id() -> str:
    """A request id of those whose prompts are sampled for the skeletons."""
    return next(
        request_id
        for request_id in (f"long-{number}" for number in range(1000))
        if hashlib.md5(request_id.encode()).hexdigest()[0] in "01"
    )


@pytest.fixture(scope="module")
def bad_logs(run: Run, tmp_path_factory: pytest.TempPathFactory) -> BadLogs:
    """One run over all of it, with the gate and its pages."""
    root = tmp_path_factory.mktemp("bad 'input' {{ 1 }}")
    told = write_native(root / "native")
    write_side_tables(root / "native", told)
    foreign_ids = write_foreign(root, told)
    warehouse = Warehouse(root / "warehouse")
    warehouse.prepare()
    for log_format in ("litellm", "otel_genai"):
        warehouse.remember_logs(log_format, root / log_format)
    outcome = run("run", "--logs", root / "native", "--warehouse", warehouse.folder)
    return BadLogs(outcome, warehouse.folder, told.rejected, told.ids, foreign_ids)


def published(bad_logs: BadLogs, query: str) -> list[tuple[Any, ...]]:
    path = bad_logs.warehouse / "extraction_watch.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_bad_rows_stop_nothing(bad_logs: BadLogs) -> None:
    outcome = bad_logs.outcome
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr


def test_every_bad_row_is_told(bad_logs: BadLogs) -> None:
    rows = published(
        bad_logs,
        "select source_file, row_number, reason, rejected_column, null "
        "from requests_rejected",
    )
    expected = [row._replace(excerpt=None) for row in bad_logs.rejected]
    assert sorted(Rejected(*row) for row in rows) == sorted(expected)


def test_excerpts_show_the_bad_value(bad_logs: BadLogs) -> None:
    query = "select source_file, row_number, excerpt from requests_rejected"
    excerpts = {
        (file, number): excerpt for file, number, excerpt in published(bad_logs, query)
    }
    for row in bad_logs.rejected:
        excerpt = excerpts[row.file, row.row_number]
        if row.excerpt is not None:
            assert excerpt == row.excerpt
        if row.reason in (TYPE, FUTURE):
            assert excerpt
            assert len(excerpt) <= EXCERPT_CHARACTERS
        else:
            assert excerpt is None


def test_neither_prompts_nor_secrets_are_published(bad_logs: BadLogs) -> None:
    told = {*SECRETS, PROMPT_MARK, "anna", "mueller", "5550199", "9f8e7d", "1111"}
    columns = published(
        bad_logs,
        "select table_name, column_name from duckdb_columns() "
        "where data_type = 'VARCHAR' and schema_name = 'main' and not internal",
    )
    assert columns
    for table, column in columns:
        for (value,) in published(bad_logs, f'select distinct "{column}" from {table}'):
            assert not [secret for secret in told if secret in (value or "")]


def test_ids_pass_unharmed(bad_logs: BadLogs) -> None:
    accounts = published(bad_logs, "select account_id from accounts")
    assert {account for (account,) in accounts} >= set(bad_logs.ids.values())
    work = bad_logs.warehouse / "work" / "extraction_watch_work.duckdb"
    with duckdb.connect(str(work), read_only=True) as connection:
        rows = connection.execute(
            "select request_id, account_id from accepted_requests "
            "where log_format = 'native'"
        )
        assert dict(rows.fetchall()) == bad_logs.ids


def test_requests_of_other_formats_are_read(bad_logs: BadLogs) -> None:
    work = bad_logs.warehouse / "work" / "extraction_watch_work.duckdb"
    with duckdb.connect(str(work), read_only=True) as connection:
        rows = connection.execute(
            "select request_id from accepted_requests where log_format <> 'native'"
        )
        assert {request_id for (request_id,) in rows.fetchall()} == bad_logs.foreign_ids


def test_rows_are_accounted_for(bad_logs: BadLogs) -> None:
    query = "select rows_read, rows_accepted, rows_duplicate, rows_rejected from runs"
    side_tables = {f"{table}.jsonl" for table in SIDE_TABLES}
    rejected = sum(row.file not in side_tables for row in bad_logs.rejected)
    accepted = len(bad_logs.ids) + len(bad_logs.foreign_ids)
    assert published(bad_logs, query) == [(accepted + rejected, accepted, 0, rejected)]


def test_days_with_bad_rows_are_marked(bad_logs: BadLogs) -> None:
    days = published(
        bad_logs,
        "select quality_verdict, rejected_rows > 0 from quality_days "
        "where quality_date = '2026-03-02'",
    )
    assert days == [("degraded", True)]


def test_the_report_steers_no_terminal(run: Run, bad_logs: BadLogs) -> None:
    outcome = run("report", "--warehouse", bad_logs.warehouse)
    assert outcome.exit_code == 0, outcome.stderr
    shown = outcome.stdout + bad_logs.outcome.stdout + bad_logs.outcome.stderr
    assert "Top accounts" in shown
    assert all(letter.isprintable() for letter in shown.replace("\n", ""))


def test_pages_run_no_script(bad_logs: BadLogs) -> None:
    pages = list((bad_logs.warehouse / "data_docs").rglob("*.html"))
    assert pages
    for page in pages:
        text = page.read_text("utf-8")
        for trick in TRICKS:
            if "<" in trick and len(trick) > len("<row>"):
                assert trick not in text
        assert "\x1b" not in text


def test_tricks_did_nothing(bad_logs: BadLogs) -> None:
    tables = published(bad_logs, "select table_name from duckdb_tables()")
    assert ("accounts",) in tables
    assert not Path("/tmp/no").exists()


def test_texts_of_the_working_state_are_for_the_owner_only(bad_logs: BadLogs) -> None:
    work = bad_logs.warehouse / "work"
    assert work.stat().st_mode & 0o077 == 0
    assert not [
        path for path in (work / "sanitised").iterdir() if path.stat().st_mode & 0o077
    ]
