"""Rebuilds models on what was known at a moment."""

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from extraction_watch.backtest.plan import Plan, read_plan
from extraction_watch.backtest.span import Span
from extraction_watch.quiet_connection import connect
from udfs import register_duckdb

REQUESTS = "staged_requests"
"""The staged relation of all formats' requests."""
LOG_SPAN = "log_span"


class Replay:
    """The models after staging in a database in memory, over staged rows on disk.

    The compiled queries run unchanged: the database in memory has the name of the
    working database, and views over its staged rows, cut off at a moment, in the place
    of these. So no model knows of moments, and the working database is only read.
    """

    def __init__(self, working: Path, plan: Plan, threads: str, memory: str) -> None:
        self.plan = plan
        self.connection = connect(
            config={
                "preserve_insertion_order": False,
                "threads": threads,
                "memory_limit": memory,
                "temp_directory": str(working.with_name("spill")),
            }
        )
        run = self.connection.execute
        run("set global TimeZone = 'UTC'")
        register_duckdb(self.connection)
        run(f"attach ':memory:' as {_name(plan.database)}")
        run(f"attach {_text(working)} as staged (read_only)")
        run(f"create schema if not exists {_name(plan.database)}.{_name(plan.schema)}")
        run(f"use {_name(plan.database)}.{_name(plan.schema)}")
        for seed in plan.seeds:
            run(f"create table {_name(seed)} as from {self._staged(seed)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.connection.close()

    def changes(self, span: Span) -> list[datetime]:
        """Begins of the steps, counted from the span's begin, that have a row."""
        bucket = (
            f"time_bucket(interval '{span.step.total_seconds()} seconds', {{}}, "
            f"{_moment(span.begin)})"
        )
        parts = [
            f"select {bucket.format(column)} as begin_at from {self._staged(name)}"
            for name, column in self.plan.staged.items()
            if column is not None
        ]
        rows = self.connection.execute(
            f"select distinct begin_at from ({' union all '.join(parts)}) "
            "where begin_at is not null order by begin_at"
        )
        return [begin for (begin,) in rows.fetchall()]

    def log_span(self, manifest: Path) -> tuple[datetime, datetime] | None:
        """What the model `log_span` says of the whole log; None where there is none."""
        self._build(read_plan(manifest, [LOG_SPAN]), datetime.max)
        first, last = self.connection.execute(
            f"select begin_at, end_at from {LOG_SPAN}"
        ).fetchall()[0]
        return None if first is None else (first, last)

    def rebuild(self, moment: datetime) -> None:
        """Build every model on the rows from before this moment."""
        self._build(self.plan, moment)

    def _build(self, plan: Plan, moment: datetime) -> None:
        # Requests first: that of accounts reads them.
        for name, column in sorted(
            plan.staged.items(), key=lambda one: one[0] != REQUESTS
        ):
            self.connection.execute(
                f"create or replace view {_name(name)} as "
                f"from {self._staged(name)} where {_is_known(name, column, moment)}"
            )
        # Tables, views too: one of these is read by many models.
        for model in plan.models:
            self.connection.execute(
                f"create or replace table {model.relation} as {model.query}"
            )

    def _staged(self, name: str) -> str:
        return f"staged.{_name(self.plan.schema)}.{_name(name)}"


def _is_known(name: str, column: str | None, moment: datetime) -> str:
    """Condition on rows of a staged relation."""
    if column is None:
        return "true"
    before = f"{column} < {_moment(moment)}"
    without_time = f"{column} is null"
    if name == "known_accounts":
        # what is said of an account without a date is known from its first request on
        without_time += f" and account_id in (select account_id from {REQUESTS})"
    return f"{before} or ({without_time})"


def _moment(moment: datetime) -> str:
    """A SQL timestamp."""
    return f"timestamp '{moment.isoformat(sep=' ')}'"


def _name(identifier: str) -> str:
    """A quoted SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: Path | str) -> str:
    """A quoted SQL string."""
    return "'" + str(value).replace("'", "''") + "'"
