"""A folder of logs: which format it is, its first error, and what is not in it."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extraction_watch.doctor.check import Check
from extraction_watch.inputs import InputError, Inventory, Table, load_sources
from extraction_watch.inputs.discovery import check_folder, table_files
from extraction_watch.inputs.duckdb_relations import create_duckdb_relations
from extraction_watch.inputs.inventory import check_format, take_inventory
from extraction_watch.inputs.sources import Source
from udfs import register_duckdb

ROWS_READ = 1000
RECOGNISED_SHARE_MIN = 0.5
"""Of the first rows, those that must be requests for a folder to be of a format."""

BLIND_WITHOUT_TABLE = {
    "accounts": ("signup_burst", "established_customer", "declared_organization"),
    "enforcement_events": ("banned_associates",),
}
"""Optional table -> the signals that see nothing without it."""
BLIND_WITHOUT_COLUMNS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("prompt",): (
        "work_list_sweep",
        "shared_portfolio",
        "capability_concentration",
        "own_topics",
    ),
    ("client_device_id",): ("client_multiplexing",),
    ("user_agent", "tls_fingerprint"): ("frozen_client",),
    ("message_count",): ("organic_use",),
    ("reasoning_tokens",): ("output_profile",),
    ("status_code",): ("rate_limit_handover",),
    ("input_tokens",): ("alike_profiles",),
    ("client_session_id", "prompt"): ("continued_conversation",),
    ("client_device_id", "client_ip", "client_session_id", "user_agent"): (
        "shared_identity",
    ),
}
"""Columns of requests -> the signals that see nothing where all of them are empty."""


@dataclass(frozen=True)
class Sample:
    """The first rows of one file: how many there are, are usable, and hold a column."""

    file: Path
    rows: int
    usable: int
    first_error: str | None
    filled: frozenset[str]


def logs_checks(folder: Path, log_format: str | None) -> Iterator[Check]:
    """The format of the logs, the first error, and the signals that will be blind.

    Reads the smallest file of requests only.
    """
    sources = load_sources()
    samples: dict[str, Sample] = {}
    errors: dict[str, str] = {}
    for name in [log_format] if log_format else sorted(sources):
        try:
            check_format(name, sources)
            samples[name] = _sample(folder.resolve(), sources[name])
        except InputError as error:
            errors[name] = str(error)
    found = max(samples, key=lambda name: samples[name].usable, default=None)
    if found is None:
        known = " | ".join(f"{name}: {error}" for name, error in errors.items())
        yield Check("logs", "fail", f"no known format. {known}")
        return
    sample = samples[found]
    yield _recognised(found, sample)
    yield from _absent_tables(folder.resolve(), sources[found], sources["native"])
    yield from _empty_columns(sample)


def _sample(folder: Path, source: Source) -> Sample:
    """Read the first rows of the smallest file of requests, as a run would."""
    check_folder(folder, source)
    table = source.main_table
    file = min(table_files(folder, table.name), key=lambda path: path.stat().st_size)
    with tempfile.TemporaryDirectory() as aside, duckdb.connect() as connection:
        # a folder with this file only, under the name of its table
        alone = Path(aside, "logs", table.name)
        alone.mkdir(parents=True)
        (alone / file.name).symlink_to(file)
        inventory = take_inventory(
            {source.name: alone.parent}, Path(aside, "warehouse"), {source.name: source}
        )
        register_duckdb(connection)
        create_duckdb_relations(connection, inventory)
        return _first_rows(connection, file, table, inventory)


def _first_rows(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    table: Table,
    inventory: Inventory,
) -> Sample:
    relation = f'(from raw_{table.source}."{table.name}" limit {ROWS_READ})'
    required = [column.name for column in table.columns if column.is_required]
    if table.as_lines:
        usable = "len(otel_spans(line)) > 0"
    else:
        given = [
            f"coalesce(cast(\"{name}\" as varchar), '') <> ''" for name in required
        ]
        usable = " and ".join(["_bad_column is null", *given])
    columns = [column.name for column in table.columns]
    counts = ", ".join(f'count("{name}")' for name in columns)
    rows, good, *filled = connection.execute(
        f"select count(*), count(*) filter ({usable}), {counts} from {relation}"
    ).fetchall()[0]
    bad = connection.execute(
        f"select _row_number, _bad_column from {relation} where not ({usable}) "
        "order by _row_number limit 1"
    ).fetchone()
    return Sample(
        file=file,
        rows=rows,
        usable=good,
        first_error=_error(bad[0], bad[1], table, required) if bad else None,
        filled=frozenset(
            name for name, number in zip(columns, filled, strict=True) if number
        ),
    )


def _error(row: int, column: str | None, table: Table, required: Sequence[str]) -> str:
    if column == "<row>":
        return f"row {row} cannot be read"
    if column is not None:
        return f"row {row}: the value of {column} is of the wrong type"
    if table.as_lines:
        return f"row {row} holds no span"
    return f"row {row} lacks one of {', '.join(required)}"


def _recognised(log_format: str, sample: Sample) -> Check:
    share = (
        f"{sample.usable} of the first {sample.rows} rows of {sample.file} are usable"
    )
    if not sample.rows:
        return Check("logs", "warn", f"{log_format}, but {sample.file} is empty")
    if sample.usable < RECOGNISED_SHARE_MIN * sample.rows:
        return Check(
            "logs",
            "fail",
            f"nearest to {log_format}, but only {share}: {sample.first_error}; see the "
            "columns in models/staging",
        )
    if sample.first_error:
        return Check("logs", "warn", f"{log_format}; {share}: {sample.first_error}")
    return Check("logs", "ok", f"{log_format}; {share}")


def _absent_tables(folder: Path, source: Source, native: Source) -> Iterator[Check]:
    """Optional tables; those of the contract may lie beside the logs of any format."""
    tables = [*source.tables[1:], *(t for t in native.tables if t.in_every_folder)]
    for name in dict.fromkeys(table.name for table in tables):
        if table_files(folder, name):
            yield Check(f"table {name}", "ok", "there")
        elif name in BLIND_WITHOUT_TABLE:
            blind = ", ".join(BLIND_WITHOUT_TABLE[name])
            yield Check(
                f"table {name}", "warn", f"not there; blind without it: {blind}"
            )
        else:
            yield Check(f"table {name}", "ok", "not there; it is optional")


def _empty_columns(sample: Sample) -> Iterator[Check]:
    """Signals that have nothing to look at. Foreign formats name columns otherwise."""
    if not sample.filled & {"prompt", "account_id"}:
        return
    for columns, signals in BLIND_WITHOUT_COLUMNS.items():
        if sample.filled.isdisjoint(columns):
            yield Check(
                f"column {' or '.join(columns)}",
                "warn",
                f"empty in the first rows; blind without it: {', '.join(signals)}",
            )
