"""Each kind of break is found, named and counted; what is healthy passes."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extraction_watch.quality_gate import (
    Failure,
    GateResult,
    GateSettings,
    QualityGateError,
    is_available,
    run_quality_gate,
)
from extraction_watch.quality_gate.gate import check_database
from extraction_watch.quality_gate.settings import read_settings
from extraction_watch.quality_gate.suites import all_suites
from extraction_watch.quality_gate.suites.raw_input import raw_input_suite
from tests.quality.databases import SIDE_COLUMNS, contracts, write_database

SETTINGS = GateSettings(
    prior_log_odds=math.log(0.001 / 0.999),
    enforcing_families_min=2,
    rejected_share_max=0.05,
    rejected_share_stop=0.5,
    implausible_share_max=0.01,
    implausible_rows_min=1,
    checked_at=datetime(2026, 3, 3, 8, 0),
)


@dataclass(frozen=True)
class Break:
    """A statement that breaks a healthy database, and the failure it must lead to."""

    statement: str
    table: str
    column: str
    expectation: str
    count: int
    severity: str = "critical"

    def __str__(self) -> str:
        return f"{self.table}.{self.column}-{self.expectation}"


UNIQUE = "expect_column_values_to_be_unique"
UNIQUE_TOGETHER = "expect_compound_columns_to_be_unique"
FILLED = "expect_column_values_to_not_be_null"
NULL = "expect_column_values_to_be_null"
BETWEEN = "expect_column_values_to_be_between"
LENGTH = "expect_column_value_lengths_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
NOT_ABOVE = "expect_column_pair_values_a_to_be_greater_than_b"
IN_TABLE = "expect_column_values_to_exist_in_other_table"
MATCHES = "expect_column_values_to_match_other_table"
CONDITION = "expect_rows_to_satisfy_condition"
ADDS_UP = "expect_evidence_to_add_up"

BREAKS = [
    # Keys
    Break(
        "insert into accounts select * from accounts where account_id = 'a3'",
        *("accounts", "account_id", UNIQUE, 2),
    ),
    Break(
        "update accounts set account_id = null where account_id = 'a3'",
        *("accounts", "account_id", FILLED, 1),
    ),
    Break(
        "update accounts set cluster_id = '' where account_id = 'a3'",
        *("accounts", "cluster_id", LENGTH, 1),
    ),
    Break(
        "insert into account_days select * from account_days where account_id = 'a1'",
        *("account_days", "account_id, activity_date", UNIQUE_TOGETHER, 4),
    ),
    # Probabilities and other numbers
    Break(
        "update accounts set extraction_probability = 1.2 where account_id <> 'a1'",
        *("accounts", "extraction_probability", BETWEEN, 2),
    ),
    Break(
        "update sessions set extraction_probability = 'nan' where account_id = 'a1'",
        *("sessions", "extraction_probability", BETWEEN, 1),
    ),
    Break(
        "update accounts set risk_score = 99 where account_id = 'a3'",
        *("accounts", "risk_score", CONDITION, 1),
    ),
    Break(
        "update clusters set weakest_link_weight = 'inf'",
        *("clusters", "weakest_link_weight", CONDITION, 1),
    ),
    Break(
        "update clusters set density = 1.5",
        *("clusters", "density", BETWEEN, 1),
    ),
    Break(
        "update accounts set extraction_share = 0.1 where account_id = 'a3'",
        *("accounts", "extraction_share", NULL, 1),
    ),
    # Bands
    Break(
        "update accounts set risk_band = 'Severe' where account_id = 'a3'",
        *("accounts", "risk_band", IN_SET, 1),
    ),
    Break(
        "update accounts set risk_band = 'critical', incriminating_families = 1",
        *("accounts", "risk_band", CONDITION, 3),
    ),
    Break(
        "update accounts set top_reasons = null",
        *("accounts", "top_reasons", CONDITION, 2, "warning"),
    ),
    # References
    Break(
        "update accounts set cluster_id = 'nowhere' where account_id = 'a3'",
        *("accounts", "cluster_id", IN_TABLE, 1),
    ),
    Break(
        "update cluster_members set account_id = 'nobody' where account_id = 'a1'",
        *("cluster_members", "account_id", IN_TABLE, 1),
    ),
    Break(
        "update accounts set cluster_id = null where account_id = 'a1'",
        *("cluster_members", "cluster_id", MATCHES, 1),
    ),
    Break(
        "update evidence set entity_id = 'nobody' where entity_type = 'session'",
        *("evidence", "entity_id", IN_TABLE, 2),
    ),
    Break(
        "delete from cluster_lineage",
        *("clusters", "cluster_id", IN_TABLE, 1, "warning"),
    ),
    Break(
        "update account_links set account_id_a = 'a2', account_id_b = 'a1'",
        *("account_links", "account_id_a", CONDITION, 1),
    ),
    # Clusters of one, and totals
    Break(
        "update clusters set accounts = 1",
        *("clusters", "accounts", BETWEEN, 1),
    ),
    Break(
        "delete from cluster_members where account_id = 'a1'",
        *("clusters", "accounts", MATCHES, 1),
    ),
    Break(
        "delete from account_days where account_id = 'a3'",
        *("accounts", "requests", MATCHES, 1),
    ),
    Break(
        "update account_days set output_tokens = 7 where account_id = 'a3'",
        *("accounts", "output_tokens", MATCHES, 1),
    ),
    Break(
        "update quality_days set accepted_rows = accepted_rows - 1",
        *("quality_days", "rows_read", CONDITION, 2),
    ),
    Break(
        "update quality_days set quality_verdict = 'degraded', quality_reason = 'x'",
        *("quality_days", "quality_verdict", CONDITION, 2, "warning"),
    ),
    Break(
        "update quality_days set quality_verdict = 'degraded'",
        *("quality_days", "quality_reason", CONDITION, 2),
    ),
    Break(
        "update quality_days set stops_publication = true where rowid = 0",
        *("quality_days", "stops_publication", CONDITION, 1),
    ),
    *(
        Break(
            f"update quality_columns set column_verdict = '{verdict}',"
            " quality_reason = 'x'",
            *("quality_columns", "column_verdict", CONDITION, 2, "warning"),
        )
        for verdict in ("missing", "same", "drifted")
    ),
    Break(
        "update quality_columns set is_neutralised = true",
        *("quality_columns", "is_neutralised", CONDITION, 2),
    ),
    Break(
        "update quality_columns set column_verdict = 'wrong'",
        *("quality_columns", "column_verdict", IN_SET, 2),
    ),
    *(
        Break(
            f"update {table} set quality_verdict = 'degraded' where rowid = 0",
            *(table, "quality_reason", CONDITION, 1),
        )
        for table in ("accounts", "clusters", "sessions")
    ),
    # Evidence
    Break(
        "update evidence set weight = weight + 2e-6 where entity_id = 'a1'",
        *("accounts", "extraction_probability", ADDS_UP, 1),
    ),
    Break(
        "delete from evidence where entity_type = 'cluster' and family = 'content'",
        *("clusters", "extraction_probability", ADDS_UP, 1),
    ),
    Break(
        "update evidence set weight = 5 where entity_id = 'a1'",
        *("evidence", "weight", CONDITION, 2),
    ),
    # Times
    Break(
        "update accounts set first_seen_at = last_seen_at + to_days(1)",
        *("accounts", "first_seen_at, last_seen_at", NOT_ABOVE, 3),
    ),
    # Tables that are empty now
    Break(
        """insert into successions by name
        select 'a3' as successor_account_id, p as predecessor_account_id,
            'replacement' as kind, 0.7 as probability, 0.7 as continuation_probability
        from (values ('a1'), ('a2')) as predecessors (p)""",
        *("successions", "probability", MATCHES, 1),
    ),
    Break(
        """insert into successions by name
        select 'a3' as successor_account_id, 'a1' as predecessor_account_id,
            'replacement' as kind, 0.7 as probability,
            0.6 as continuation_probability""",
        *("successions", "probability, continuation_probability", NOT_ABOVE, 1),
    ),
    Break(
        """insert into ban_waves by name
        select 'c1' as cluster_id, 1 as wave_number, 1 as banned_accounts,
            2 as replaced_accounts""",
        *("ban_waves", "replaced_accounts, banned_accounts", NOT_ABOVE, 1),
    ),
    Break(
        "insert into alerts by name select 'x' as alert_id, 'odd' as alert_state",
        *("alerts", "alert_state", IN_SET, 1),
    ),
    # Raw input
    Break(
        "insert into stg_native__verdicts by name select 'f' as file_id",
        *("stg_native__verdicts", "verdict", FILLED, 1),
    ),
    Break(
        "insert into stg_native__usage_totals by name select 'f' as file_id,"
        " 'missing value' as rejection_reason, 'requests' as rejected_column",
        *("stg_native__usage_totals", "rejection_reason", NULL, 1, "warning"),
    ),
    Break(
        "update staged_requests set rejection_reason = 'missing value',"
        " rejected_column = 'model'",
        *("staged_requests", "rejection_reason", NULL, 10),
    ),
    Break(
        "update staged_requests set rejection_reason = 'missing value',"
        " rejected_column = 'model' where row_number = 1",
        *("requests_rejected", "source_file", MATCHES, 1),
    ),
    Break(
        "update staged_requests set model = null where row_number = 1",
        *("staged_requests", "model", FILLED, 1),
    ),
    Break(
        "update staged_requests set output_tokens = -1 where row_number < 3",
        *("staged_requests", "output_tokens", BETWEEN, 2),
    ),
    Break(
        "update staged_requests set requested_at = '2026-03-04 09:00' where"
        " row_number = 1",
        *("staged_requests", "requested_at", BETWEEN, 1),
    ),
    Break(
        "update staged_requests set requested_at = '1970-01-01' where row_number = 1",
        *("staged_requests", "requested_at", BETWEEN, 1),
    ),
    Break(
        "update staged_requests set status_code = 7",
        *("staged_requests", "status_code", BETWEEN, 10),
    ),
    Break(
        "update staged_requests set temperature = 3 where row_number = 1",
        *("staged_requests", "temperature", BETWEEN, 1, "warning"),
    ),
]


def check_table(
    database: Path, table: str, expectation: str | None = None
) -> GateResult:
    """Run the suite of one table, or its expectations of one type, only."""
    suites = [
        replace(
            suite,
            expectations=tuple(
                item
                for item in suite.expectations
                if expectation in (None, item.configuration.type)
            ),
        )
        for suite in all_suites(SETTINGS)
        if suite.table == table
    ]
    return check_database(database, suites, SETTINGS.checked_at)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GateResult]:
    """A healthy database with a name that needs quoting, after the whole gate."""
    folder = tmp_path_factory.mktemp("gate") / "a $HOME of 100% & more"
    folder.mkdir()
    database = write_database(folder / "work.duckdb")
    return database, run_quality_gate(database, folder / "data_docs", SETTINGS)


def test_a_healthy_database_passes(healthy: tuple[Path, GateResult]) -> None:
    _, result = healthy
    assert result.failures == ()
    assert result.passed
    assert result.checks > 200


def test_every_published_table_and_the_raw_input_have_a_suite(
    healthy: tuple[Path, GateResult],
) -> None:
    _, result = healthy
    side_inputs = {f"stg_native__{table}" for table in SIDE_COLUMNS}
    assert {table.table for table in result.tables} == {
        *contracts(),
        "staged_requests",
        *side_inputs,
    }


def test_every_check_was_evaluated_and_has_a_sentence(
    healthy: tuple[Path, GateResult],
) -> None:
    _, result = healthy
    checks = [check for table in result.tables for check in table.checks]
    assert [check for check in checks if check.error is not None] == []
    assert [check for check in checks if not check.sentence.endswith(".")] == []
    assert [check for check in checks if check.rows is None] == []


def test_the_file_is_released(healthy: tuple[Path, GateResult]) -> None:
    database, _ = healthy
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table written_after (a integer)")
        connection.execute("drop table written_after")


def test_tables_without_rows_pass_where_there_may_be_nothing_to_tell(
    healthy: tuple[Path, GateResult],
) -> None:
    _, result = healthy
    empty = {table.table for table in result.tables if table.rows == 0}
    assert {"successions", "model_pivots", "alerts", "runs"} <= empty
    assert {"cluster_generations", "ban_waves"} <= empty
    assert {"detection_timeline", "requests_rejected"} <= empty


def test_a_log_without_clusters_passes(tmp_path: Path) -> None:
    database = write_database(
        tmp_path / "work.duckdb",
        "delete from clusters; delete from cluster_members; delete from cluster_days",
        "delete from cluster_lineage; delete from account_links",
    )
    for table in ("clusters", "cluster_members", "cluster_days", "account_links"):
        assert check_table(database, table).failures == ()


@pytest.mark.parametrize("case", BREAKS, ids=str)
def test_a_break_is_found(case: Break, tmp_path: Path) -> None:
    database = write_database(tmp_path / "work.duckdb", case.statement)
    result = check_table(database, case.table, case.expectation)
    found = [
        failure
        for failure in result.failures
        if (failure.column, failure.severity) == (case.column, case.severity)
    ]
    assert [failure.unexpected_count for failure in found] == [case.count]
    rows = "1 row" if case.count == 1 else f"{case.count} rows"
    assert found[0].message.startswith(
        f"{case.table}.{case.column}: {case.expectation} failed for {rows}"
        f" ({case.severity})"
    )
    assert result.passed == (case.severity == "warning")


def test_warnings_do_not_stop(tmp_path: Path) -> None:
    database = write_database(
        tmp_path / "work.duckdb",
        "update staged_requests set rejection_reason = 'missing value',"
        " rejected_column = 'model' where row_number <= 2",
    )
    result = check_table(database, "staged_requests")
    assert result.passed
    assert [(item.column, item.unexpected_count) for item in result.warnings] == [
        ("rejection_reason", 2)
    ]


def test_old_days_are_no_news(tmp_path: Path) -> None:
    database = write_database(
        tmp_path / "work.duckdb",
        "update quality_columns set quality_date = '2026-02-20',"
        " column_verdict = 'missing', quality_reason = 'x' where rowid = 0",
    )
    result = check_table(database, "quality_columns", CONDITION)
    assert [item.column for item in result.failures] == []


def test_a_few_odd_input_rows_are_tolerated_and_shown(tmp_path: Path) -> None:
    database = write_database(
        tmp_path / "work.duckdb",
        "insert into staged_requests select staged_requests.* from staged_requests"
        " cross join range(19)",
        "update staged_requests set latency_ms = -1 where rowid = 0",
    )
    result = check_table(database, "staged_requests")
    assert result.failures == ()
    assert [
        (check.column, check.unexpected_count)
        for check in result.tables[0].checks
        if check.outcome == "tolerated"
    ] == [("latency_ms", 1)]


@pytest.mark.parametrize(("odd_rows", "passed"), [(1, True), (9, True), (10, False)])
def test_a_few_odd_rows_of_few_say_nothing(
    tmp_path: Path, odd_rows: int, passed: bool
) -> None:
    database = write_database(
        tmp_path / "work.duckdb",
        "insert into staged_requests select staged_requests.* from staged_requests"
        " cross join range(4)",
        f"update staged_requests set latency_ms = -1 where rowid < {odd_rows}",
    )
    settings = replace(SETTINGS, implausible_rows_min=10)
    suites = [raw_input_suite(settings)]
    result = check_database(database, suites, settings.checked_at)
    assert result.passed == passed
    (check,) = (one for one in result.tables[0].checks if one.column == "latency_ms")
    assert check.outcome == ("tolerated" if passed else "failed")
    assert check.unexpected_count == odd_rows
    assert check.sentence == (
        "Every latency_ms is 0 or more. Up to 1% of the rows, or fewer than 10, may"
        " differ."
    )


def test_the_settings_are_those_of_the_build(tmp_path: Path) -> None:
    database = write_database(tmp_path / "work.duckdb")
    assert replace(read_settings(database), checked_at=SETTINGS.checked_at) == SETTINGS
    with duckdb.connect(str(database)) as connection:
        connection.execute("update run_parameters set prior_log_odds = -4")
    assert not run_quality_gate(database, tmp_path / "data_docs").passed


def test_an_input_without_rows_stops(tmp_path: Path) -> None:
    database = write_database(tmp_path / "work.duckdb", "delete from staged_requests")
    result = check_table(database, "staged_requests")
    assert [failure.message for failure in result.failures] == [
        "staged_requests: expect_table_row_count_to_be_between failed on 0 rows"
        " (critical): The table has at least 1 row."
    ]


def test_evidence_is_weighed_at_the_assumed_base_rate(tmp_path: Path) -> None:
    database = write_database(tmp_path / "work.duckdb")
    settings = replace(SETTINGS, prior_log_odds=math.log(0.01 / 0.99))
    suites = [suite for suite in all_suites(settings) if suite.table == "clusters"]
    result = check_database(database, suites, settings.checked_at)
    assert [failure.expectation for failure in result.failures] == [ADDS_UP]


def test_evidence_adds_up_at_extreme_odds(tmp_path: Path) -> None:
    database = write_database(
        tmp_path / "work.duckdb",
        "update evidence set weight = 60, raw_weight = 60 where entity_id = 'c1'",
        "update clusters set extraction_probability = 1, risk_score = 100",
    )
    assert check_table(database, "clusters").failures == ()


def test_a_missing_table_stops(tmp_path: Path) -> None:
    database = write_database(tmp_path / "work.duckdb", "drop table alerts")
    result = check_table(database, "alerts")
    assert result.failures == (
        Failure(
            table="alerts",
            column="",
            expectation="expect_table_to_exist",
            severity="critical",
            unexpected_count=None,
            message=(
                "alerts: expect_table_to_exist could not be evaluated (critical):"
                " there is no such table in the database."
            ),
        ),
    )


def test_a_missing_column_stops_and_says_so(tmp_path: Path) -> None:
    database = write_database(
        tmp_path / "work.duckdb", "alter table accounts drop column risk_band"
    )
    result = check_table(database, "accounts")
    assert not result.passed
    about = [item for item in result.failures if item.column == "risk_band"]
    assert about
    assert all("could not be evaluated" in failure.message for failure in about)
    assert any("risk_band" in failure.message.split(": ", 2)[2] for failure in about)


def test_a_view_is_checked_like_a_table(tmp_path: Path) -> None:
    database = write_database(
        tmp_path / "work.duckdb",
        "alter table staged_requests rename to first_file",
        "create view staged_requests as select * from first_file",
    )
    assert check_table(database, "staged_requests").failures == ()


def test_clocks_may_be_a_day_ahead(tmp_path: Path) -> None:
    ahead = SETTINGS.checked_at + timedelta(hours=23)
    database = write_database(
        tmp_path / "work.duckdb",
        f"update staged_requests set requested_at = timestamp '{ahead}'",
    )
    assert check_table(database, "staged_requests").failures == ()


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(QualityGateError, match="There is no database"):
        run_quality_gate(tmp_path / "none.duckdb", tmp_path / "data_docs")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    database = tmp_path / "work.duckdb"
    database.write_text("not a database " * 1000)
    with pytest.raises(QualityGateError, match="cannot be opened for reading"):
        run_quality_gate(database, tmp_path / "data_docs")
    assert not (tmp_path / "data_docs").exists()


def test_the_extra_is_installed() -> None:
    assert is_available()
