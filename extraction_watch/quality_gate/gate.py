"""Runs the suites on a DuckDB file through Great Expectations."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from extraction_watch.quality_gate.results import (
    Check,
    GateResult,
    QualityGateError,
    TableResult,
)

with warnings.catch_warnings():
    # It imports whatever engines it finds installed; what those say of each other's
    # versions is of no use to who reads the gate's output.
    warnings.simplefilter("ignore")
    import great_expectations as gx

    from extraction_watch.quality_gate.expectations import ROWS_MIN
    from extraction_watch.quality_gate.suites import Suite

from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import (
    ExpectationValidationResult,
)
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent.interfaces import TestConnectionError
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from sqlalchemy import Engine, event, inspect
from sqlalchemy.exc import DBAPIError

# Counts only: values that do not meet an expectation are not fetched.
RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
ERROR_CHARACTERS = 200
# Rows not yet fetched are lost when the driver ends a transaction, hence autocommit
# without its rollback.
ENGINE_OPTIONS: dict[str, Any] = {
    "kwargs": {
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,
        "connect_args": {"read_only": True},
    }
}


@event.listens_for(Engine, "connect")
def _draw_no_progress_bars(connection: Any, record: object) -> None:
    """They would stand between the lines that others read."""
    connection.execute("set enable_progress_bar = false")


def check_database(
    database: Path, suites: Sequence[Suite], checked_at: datetime
) -> GateResult:
    """Check the tables of the suites in the schema main of a DuckDB file.

    A table or column that is not there is a critical failure, not an error. Raises
    QualityGateError when the file is not there or cannot be opened for reading.
    """
    if not database.is_file():
        raise QualityGateError(f"There is no database {database}.")
    with _opened(database) as (datasource, tables):
        results = tuple(
            _check_table(datasource, suite)
            if suite.table in tables
            else _missing_table(suite)
            for suite in suites
        )
    return GateResult(database, checked_at, results)


@contextmanager
def _opened(database: Path) -> Iterator[tuple[SQLDatasource, frozenset[str]]]:
    """A read-only data source, and the names of the tables and views that it holds."""
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(
                init_temp_docs_sites=False
            ),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )
    try:
        datasource = context.data_sources.add_or_update_sql(
            "database",
            connection_string=_connection_string(database),
            **ENGINE_OPTIONS,
        )
        engine: Engine = datasource.get_engine()
        inspector = inspect(engine)
    except (TestConnectionError, DBAPIError) as error:
        raise QualityGateError(
            f"The database {database} cannot be opened for reading: {error}"
        ) from error
    try:
        names = [
            *inspector.get_table_names(schema="main"),
            *inspector.get_view_names(schema="main"),
        ]
        yield datasource, frozenset(names)
    finally:
        # Else the file stays locked for writers until this process ends.
        engine.dispose()
        execution_engine = datasource.get_execution_engine()
        execution_engine.close()
        execution_engine.engine.dispose()


def _connection_string(database: Path) -> str:
    """The SQLAlchemy address of the file. Quoted: Great Expectations would take a $
    for a variable."""
    return f"duckdb:///{quote(str(database.resolve()))}"


def _check_table(datasource: SQLDatasource, suite: Suite) -> TableResult:
    asset = datasource.add_table_asset(suite.table, table_name=suite.table)
    batch_definition: BatchDefinition[Any] = asset.add_batch_definition_whole_table(
        "all rows"
    )
    expectations = gx.ExpectationSuite(
        suite.table, expectations=list(suite.expectations)
    )
    validation = batch_definition.get_batch().validate(
        expectations, result_format=RESULT_FORMAT
    )
    # Only the row count observes a value; the others count rows.
    observed = (item.result.get("observed_value") for item in validation.results)
    rows = next((value for value in observed if value is not None), None)
    # Great Expectations groups the results by column; who reads them follows the suite.
    order = [expectation.description for expectation in suite.expectations]
    checks = sorted(
        (_check(suite.table, rows, item) for item in validation.results),
        key=lambda check: order.index(check.sentence),
    )
    return TableResult(suite.table, suite.purpose, rows, tuple(checks))


def _check(table: str, rows: int | None, item: ExpectationValidationResult) -> Check:
    """Great Expectations' result of one expectation, in our own terms."""
    config = item.expectation_config
    assert config is not None
    arguments = config.kwargs
    columns = (
        (config.meta or {}).get("column")
        or arguments.get("column")
        or ", ".join(arguments.get("column_list", []))
        or ", ".join(
            arguments[key] for key in ("column_B", "column_A") if key in arguments
        )
    )
    unexpected_count = item.result.get("unexpected_count")
    rows_min = (config.meta or {}).get(ROWS_MIN, 1)
    is_few = unexpected_count is not None and unexpected_count < rows_min
    return Check(
        table=table,
        column=columns,
        expectation=config.type,
        severity="warning" if config.severity == "warning" else "critical",
        sentence=config.description or "",
        is_met=bool(item.success) or is_few,
        rows=item.result.get("element_count", rows),
        unexpected_count=unexpected_count,
        error=_error(item.exception_info),
    )


def _error(exception_info: Any) -> str | None:
    """The first line of what went wrong while an expectation was evaluated.

    Great Expectations reports one exception, or one for each metric by its id.
    """
    if not exception_info:
        return None
    reports = (
        [exception_info]
        if "raised_exception" in exception_info
        else list(exception_info.values())
    )
    for report in reports:
        if report.get("raised_exception"):
            message = str(report.get("exception_message") or "unknown error")
            first_line = message.strip().splitlines()[0]
            return first_line.removeprefix("Error: ")[:ERROR_CHARACTERS]
    return None


def _missing_table(suite: Suite) -> TableResult:
    check = Check(
        table=suite.table,
        column="",
        expectation="expect_table_to_exist",
        severity="critical",
        sentence="The table is in the database.",
        is_met=False,
        rows=None,
        unexpected_count=None,
        error="there is no such table in the database.",
    )
    return TableResult(suite.table, suite.purpose, None, (check,))
