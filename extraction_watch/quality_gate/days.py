"""The newest days of the log, for the first page."""

from pathlib import Path

from extraction_watch.quality_gate.results import Day
from extraction_watch.quiet_connection import connect

SHOWN_DAYS = 14
COLUMNS = (
    "quality_date",
    "accepted_rows",
    "quality_verdict",
    "stops_publication",
    "quality_reason",
)


def newest_days(database: Path) -> tuple[Day, ...]:
    """The last days of quality_days, newest first.

    None where the table or a column is not there: that is a failed check already.
    """
    with connect(database, read_only=True) as connection:
        found = connection.execute(
            "select column_name from duckdb_columns() where table_name = 'quality_days'"
        ).fetchall()
        if not {*COLUMNS} <= {name for (name,) in found}:
            return ()
        rows = connection.execute(
            f"select {', '.join(COLUMNS)} from quality_days "
            f"order by quality_date desc limit {SHOWN_DAYS}"
        ).fetchall()
    return tuple(
        Day(day, rows_accepted or 0, verdict == "degraded", bool(stops), reason)
        for day, rows_accepted, verdict, stops, reason in rows
    )
