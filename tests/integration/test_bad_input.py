"""Input that cannot be used is refused in plain words, row by row where it can be."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import Outcome, Run

Row = dict[str, Any]

EXCERPT_CHARACTERS = 80
SECRETS = (
    "anna.mueller@example.org",
    "+49 170 5550199",
    "sk-live-9f8e7d6c5b4a39281706",
    "4111 1111 1111 1111",
    "203.0.113.77",
)
PROMPT_MARK = "zanzibarquokka"
HOSTILE_IDS = [
    "o'brien \"; drop table accounts; --",
    "{{ env_var('HOME') }} {% raw %} {# no #}",
    "nul\0inside",
    "tab\tnew\nline\rend",
    "☃ 😀 \u202e אב",
    "cafe\u0301 and café",
    " spaces around ",
    "$1 ? :name %s %(x)s {0}",
    "\\x00 \\' \\\\",
    "NULL",
    "null",
    "nan",
    "<row>",
    "../../etc/passwd",
    "a" * 2000,
]


def good_row(number: int, **changes: object) -> Row:
    """A request that is accepted as it is."""
    return {
        "request_id": f"good-{number}",
        "requested_at": f"2026-03-02T{number % 24:02}:{number % 60:02}:00Z",
        "account_id": f"account-{number % 10}",
        "model": "model-1",
        "prompt": f"What is the capital of country number {number}?",
        "output_tokens": 100 + number,
    } | changes


def write_rows(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


# --- Input that stops the run -----------------------------------------------------


def no_folder(logs: Path) -> None:
    logs.rmdir()


def no_files(logs: Path) -> None:
    (logs / "readme.txt").write_text("nothing here")


def no_parquet(logs: Path) -> None:
    (logs / "api_requests.parquet").write_bytes(b"this is no Parquet")


def truncated_gzip(logs: Path) -> None:
    lines = "".join(json.dumps(good_row(n)) + "\n" for n in range(200))
    packed = gzip.compress(lines.encode())
    (logs / "api_requests.jsonl.gz").write_bytes(packed[: len(packed) // 2])


def no_required_column(logs: Path) -> None:
    pq.write_table(pa.table({"request_id": ["a"]}), logs / "api_requests.parquet")


def json_array(logs: Path) -> None:
    (logs / "api_requests.json").write_text(json.dumps([good_row(1)]))


def semicolons(logs: Path) -> None:
    header = "request_id;requested_at;account_id;model"
    (logs / "api_requests.csv").write_text(f"{header}\na;2026-03-02;b;c\n")


def a_file_for_a_folder(logs: Path) -> None:
    logs.rmdir()
    logs.write_text("not a folder")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (no_folder, r"The folder .*logs of the native logs does not exist"),
        (a_file_for_a_folder, r"logs is no folder\. Give the one that holds"),
        (no_files, r"holds no api_requests, the main table of the native format"),
        (no_parquet, r"api_requests\.parquet is no Parquet file"),
        (truncated_gzip, r"api_requests\.jsonl\.gz is a truncated or damaged gzip"),
        (
            no_required_column,
            r"lacks the required columns requested_at, account_id, model",
        ),
        (json_array, r"is one JSON array\. Write it as JSON lines"),
        (semicolons, r"separates its columns by semicolon"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_input_that_cannot_be_used_is_refused(
    run: Run, tmp_path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    logs, warehouse = tmp_path / "logs", tmp_path / "warehouse"
    logs.mkdir()
    spoil(logs)
    outcome = run("run", "--logs", logs, "--warehouse", warehouse)
    assert_refused(outcome, message)
    last = json.loads((warehouse / "runs.jsonl").read_text().splitlines()[-1])
    assert last["status"] == "failed"
    assert re.search(message, last["failure"])
    assert not (warehouse / "extraction_watch.duckdb").exists()


def test_an_unknown_format_is_refused(run: Run, tmp_path: Path) -> None:
    outcome = run(
        "run",
        *("--logs", tmp_path, "--warehouse", tmp_path / "w", "--log-format", "x;y"),
    )
    assert_refused(outcome, "log format x;y is unknown. Known formats: litellm, native")


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


WRONG_TYPE, MISSING, MALFORMED = (
    "value of the wrong type",
    "missing value",
    "malformed row",
)
SECRET_TEXT = " and ".join(SECRETS)
# Each spoils one good row, in this order, one line each.
SPOILED: list[tuple[Row, str, str, str | None]] = [
    ({"output_tokens": "many"}, WRONG_TYPE, "output_tokens", "many"),
    ({"output_tokens": 1.5}, WRONG_TYPE, "output_tokens", "<number>"),
    ({"output_tokens": 10**30}, WRONG_TYPE, "output_tokens", None),
    ({"output_tokens": {"total": 1}}, WRONG_TYPE, "output_tokens", None),
    ({"is_streaming": "perhaps"}, WRONG_TYPE, "is_streaming", "perhaps"),
    ({"temperature": "warm"}, WRONG_TYPE, "temperature", "warm"),
    ({"tool_names": "search"}, WRONG_TYPE, "tool_names", "search"),
    ({"requested_at": "yesterday"}, WRONG_TYPE, "requested_at", "yesterday"),
    ({"requested_at": "2026-13-45T00:00:00"}, WRONG_TYPE, "requested_at", None),
    ({"requested_at": "2026-02-30 00:00:00"}, WRONG_TYPE, "requested_at", None),
    ({"requested_at": None}, MISSING, "requested_at", None),
    ({"account_id": None}, MISSING, "account_id", None),
    ({"account_id": ""}, MISSING, "account_id", None),
    ({"request_id": None}, MISSING, "request_id", None),
    ({"model": None}, MISSING, "model", None),
    ({"latency_ms": SECRET_TEXT}, WRONG_TYPE, "latency_ms", None),
    # The mail address lies across the place where the excerpt is cut.
    ({"latency_ms": "x" * 70 + " " + SECRETS[0]}, WRONG_TYPE, "latency_ms", None),
    ({"latency_ms": "y" * 9000}, WRONG_TYPE, "latency_ms", None),
]


class BadLogs(NamedTuple):
    """Logs with good, odd and bad rows, the published state, and what is expected."""

    outcome: Outcome
    warehouse: Path
    rejected: list[Rejected]
    ids: dict[str, str]


def write_bad_logs(logs: Path) -> tuple[list[Rejected], dict[str, str]]:
    """The rows that must be rejected (excerpt None: see elsewhere), and the ids of all
    others with their accounts."""
    folder = logs / "api_requests"
    good = [good_row(number) for number in range(120)]
    ids = {row["request_id"]: row["account_id"] for row in good}
    write_rows(folder / "good.jsonl", good)

    spoiled = [
        good_row(1000 + number, prompt=f"{PROMPT_MARK} {SECRET_TEXT}") | changes
        for number, (changes, *_) in enumerate(SPOILED)
    ]
    write_rows(folder / "spoiled.jsonl", spoiled)
    rejected = [
        Rejected("api_requests/spoiled.jsonl", number, reason, column, excerpt)
        for number, (_, reason, column, excerpt) in enumerate(SPOILED, start=1)
    ]

    cut = json.dumps(good_row(2001, prompt=f"{PROMPT_MARK} {SECRET_TEXT}"))[:-30]
    lines = [json.dumps(good_row(2000)), "no json at all", "[1, 2]", "17", "", cut]
    (folder / "cut.jsonl").write_text("\n".join(lines), "utf-8")
    ids["good-2000"] = "account-0"
    rejected += [
        Rejected("api_requests/cut.jsonl", number, MALFORMED, "<row>", None)
        for number in (2, 3, 4, 6)
    ]

    header = "request_id,requested_at,account_id,model,prompt"
    rest = "2026-03-02T10:00:00Z,account-csv,model-1"
    records = [
        header,
        f'csv-1,{rest},"a ""quoted""\nprompt"',
        "csv-2,2026-03-02T10:00:00Z,account-csv",
        f'csv-3,{rest},"open {PROMPT_MARK} {SECRETS[0]}',
        f"csv-4,{rest},fine",
    ]
    (folder / "records.csv").write_text("\n".join(records) + "\n", "utf-8")
    ids |= {"csv-1": "account-csv", "csv-4": "account-csv"}
    rejected += [
        Rejected("api_requests/records.csv", number, MALFORMED, "<row>", None)
        for number in (4, 5)
    ]

    typed = {
        "request_id": ["typed-1", "typed-2", None],
        "requested_at": [20260302, 20260303, 20260304],
        "account_id": ["account-p", "account-p", "account-p"],
        "model": ["model-1", "model-1", "model-1"],
    }
    pq.write_table(pa.table(typed), folder / "typed.parquet")
    rejected += [
        Rejected(
            "api_requests/typed.parquet", n, WRONG_TYPE, "requested_at", "<number>"
        )
        for n in (1, 2, 3)
    ]

    odd = [
        good_row(3000 + number, request_id=f"odd {name}", account_id=name)
        for number, name in enumerate(HOSTILE_IDS)
    ]
    odd.append(good_row(3900, request_id=sampled_id(), prompt="long text " * 1_048_576))
    odd.append(good_row(3901, prompt=f"nul \0 {PROMPT_MARK}", user_agent="a\0b"))
    odd.append(good_row(3902, prompt="", system_prompt=""))
    ids |= {row["request_id"]: row["account_id"] for row in odd}
    write_rows(folder / "odd.jsonl", odd)
    latin = json.dumps(good_row(3950, account_id="caf?")).replace("?", "\xe9")
    (folder / "latin.jsonl").write_bytes(latin.encode("latin-1"))
    ids["good-3950"] = "caf\ufffd"

    events = [
        {"account_id": "account-1", "occurred_at": occurred_at, "action": "banned"}
        for occurred_at in ("2026-03-02", "soon")
    ]
    write_rows(logs / "enforcement_events.jsonl", events)
    rejected.append(
        Rejected("enforcement_events.jsonl", 2, WRONG_TYPE, "occurred_at", "soon")
    )
    (logs / "accounts.csv").write_text("account_id\naccount-1\n,\n", "utf-8")
    rejected.append(Rejected("accounts.csv", 3, MALFORMED, "<row>", None))
    return rejected, ids


def sampled_id() -> str:
    """A request id of those whose prompts are sampled for the skeletons."""
    return next(
        request_id
        for request_id in (f"long-{number}" for number in range(1000))
        if hashlib.md5(request_id.encode()).hexdigest()[0] in "01"
    )


@pytest.fixture(scope="module")
def bad_logs(run: Run, tmp_path_factory: pytest.TempPathFactory) -> BadLogs:
    root = tmp_path_factory.mktemp("bad 'input' {{ 1 }}")
    rejected, ids = write_bad_logs(root / "logs")
    warehouse = root / "warehouse"
    outcome = run("run", "--logs", root / "logs", "--warehouse", warehouse)
    return BadLogs(outcome, warehouse, rejected, ids)


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
        if row.reason in (MISSING, MALFORMED):
            assert excerpt is None
        else:
            assert excerpt
            assert len(excerpt) <= EXCERPT_CHARACTERS


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
    assert {account for (account,) in accounts} == set(bad_logs.ids.values())
    work = bad_logs.warehouse / "work" / "extraction_watch_work.duckdb"
    with duckdb.connect(str(work), read_only=True) as connection:
        rows = connection.execute("select request_id, account_id from requests")
        assert dict(rows.fetchall()) == bad_logs.ids


def test_rows_are_accounted_for(bad_logs: BadLogs) -> None:
    query = "select rows_read, rows_accepted, rows_duplicate, rows_rejected from runs"
    side_tables = sum("/" not in row.file for row in bad_logs.rejected)
    rejected = len(bad_logs.rejected) - side_tables
    accepted = len(bad_logs.ids)
    assert published(bad_logs, query) == [(accepted + rejected, accepted, 0, rejected)]


def test_days_with_bad_rows_are_marked(bad_logs: BadLogs) -> None:
    days = published(
        bad_logs,
        "select cast(quality_date as varchar), quality_verdict, rejected_rows "
        "from quality_days order by quality_date",
    )
    assert days == [("2026-03-02", "degraded", days[0][2])]
    assert days[0][2] > 0


def test_texts_of_the_working_state_are_for_the_owner_only(bad_logs: BadLogs) -> None:
    work = bad_logs.warehouse / "work"
    assert work.stat().st_mode & 0o077 == 0
    assert not [
        path for path in (work / "sanitised").iterdir() if path.stat().st_mode & 0o077
    ]
