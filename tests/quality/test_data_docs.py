"""The pages: whole, offline, escaped, and replaced as one."""

import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from extraction_watch.quality_gate import (
    Check,
    GateResult,
    QualityGateError,
    TableResult,
)
from extraction_watch.quality_gate.data_docs import publish_data_docs, render_pages
from extraction_watch.quality_gate.gate import check_database
from extraction_watch.quality_gate.settings import read_settings
from extraction_watch.quality_gate.suites import all_suites
from tests.quality.databases import write_database

HOSTILE = "<script>alert('x')</script>"


def check(outcome: str = "passed", **changes: object) -> Check:
    """A check of accounts.risk_score that ended as `outcome`."""
    values: dict[str, object] = {
        "table": "accounts",
        "column": "risk_score",
        "expectation": "expect_column_values_to_be_between",
        "severity": "warning" if outcome == "warning" else "critical",
        "sentence": f"A check that {outcome}.",
        "is_met": outcome in ("passed", "tolerated"),
        "rows": 1200,
        "unexpected_count": 0 if outcome == "passed" else 3,
        "error": None,
    }
    return Check(**{**values, **changes})  # type: ignore[arg-type]


def gate_result(*checks: Check) -> GateResult:
    """What the gate found in one table."""
    table = TableResult("accounts", "One row per account.", 1200, checks)
    return GateResult(Path("work.duckdb"), datetime(2026, 3, 3, 8), (table,))


class Outside(HTMLParser):
    """Collects the elements and addresses that would make a browser fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.addresses |= {
            value or "" for name, value in attrs if name in ("href", "src", "action")
        }


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a database with hostile values in rows that fail."""
    folder = tmp_path_factory.mktemp("docs")
    quoted = HOSTILE.replace("'", "''")
    database = write_database(
        folder / "<b>work.duckdb",
        f"update accounts set account_id = '{quoted}', cluster_id = '{quoted}',"
        f" risk_band = '{quoted}', top_reasons = 'my secret prompt'",
        f"update staged_requests set request_id = null, model = '{quoted}'",
    )
    settings = replace(read_settings(database), checked_at=datetime(2026, 3, 3, 8))
    changed = ("accounts", "staged_requests")
    suites = [suite for suite in all_suites(settings) if suite.table in changed]
    result = check_database(database, suites, settings.checked_at)
    assert not any(table.failures == () for table in result.tables)
    publish_data_docs(result, folder / "data_docs")
    return folder / "data_docs"


def test_pages_reach_no_other_host(published: Path) -> None:
    pages = {page.name: page.read_text() for page in published.iterdir()}
    assert set(pages) == {"index.html", "accounts.html", "staged_requests.html"}
    for text in pages.values():
        outside = Outside()
        outside.feed(text)
        assert outside.addresses <= set(pages)
        assert not outside.elements & {"script", "link", "img", "iframe", "object"}
        assert not re.search(r"https?://|url\(|@import", text)


def test_pages_show_no_values(published: Path) -> None:
    for page in published.iterdir():
        text = page.read_text()
        assert "alert(" not in text
        assert "secret" not in text
        assert "<b>" not in text


def test_text_from_outside_is_escaped() -> None:
    hostile = check("failed", column=HOSTILE, sentence=HOSTILE, error=HOSTILE)
    pages = render_pages(gate_result(hostile))
    for text in pages.values():
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_failing_checks_come_first() -> None:
    outcomes = ("passed", "tolerated", "warning", "failed")
    page = render_pages(gate_result(*map(check, outcomes)))["accounts.html"]
    positions = [page.index(f"A check that {outcome}.") for outcome in outcomes]
    assert positions == sorted(positions, reverse=True)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        ("passed", "<strong>Passed</strong>"),
        ("tolerated", "<strong>Passed</strong>"),
        ("warning", "Passed with 1"),
        ("failed", "Stopped: 1"),
    ],
)
def test_the_first_page_says_the_verdict(outcome: str, verdict: str) -> None:
    page = render_pages(gate_result(check(outcome)))["index.html"]
    assert verdict in page
    assert "2026-03-03 08:00 UTC" in page
    assert ("3 of 1,200 rows differ (0.25%)" in page) == (
        outcome in ("warning", "failed")
    )


def test_pages_are_replaced_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "warehouse" / "data_docs"
    publish_data_docs(gate_result(check("failed")), folder)
    (folder / "old_table.html").write_text("a table that is gone")
    publish_data_docs(gate_result(check("passed")), folder)
    assert sorted(page.name for page in folder.iterdir()) == [
        "accounts.html",
        "index.html",
    ]
    assert "<strong>Passed</strong>" in (folder / "index.html").read_text()
    assert list(folder.parent.iterdir()) == [folder]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    thesis = tmp_path / "index.html"
    thesis.write_text("my thesis")
    with pytest.raises(QualityGateError, match="holds other files"):
        publish_data_docs(gate_result(check()), tmp_path)
    assert thesis.read_text() == "my thesis"


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    file = tmp_path / "data_docs"
    file.write_text("")
    with pytest.raises(QualityGateError, match="is a file"):
        publish_data_docs(gate_result(check()), file)


def test_long_names_may_break_after_an_underscore() -> None:
    page = render_pages(gate_result(check()))["accounts.html"]
    assert "<code>risk_<wbr>score</code>" in page
