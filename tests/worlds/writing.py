"""Write a world to a folder."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tests.worlds.world import World
from tests.worlds.writers import litellm, native, otel_genai
from tests.worlds.writers.files import write_lines, write_tables

LOG_FORMATS = {"native": native, "litellm": litellm, "otel_genai": otel_genai}
_KEY_COLUMNS = ["requested_at", "account_id", "organization_id", "api_key_id"]


def write(
    world: World,
    folder: Path,
    log_format: str = "native",
    file_type: str = "parquet",
    split_days: bool = False,
) -> None:
    """Write `logs/` and `truth/` below `folder`.

    The requests are in the tables of the log format; accounts, enforcement events and
    model releases have the contract's form in every format. With `split_days` the
    requests lie in a folder of the table's name, in one file per UTC date. Spans of
    otel_genai are JSON lines: other file types raise a ValueError.
    """
    is_lines = log_format == "otel_genai"
    if is_lines and not file_type.startswith("jsonl"):
        raise ValueError(f"otel_genai is written as jsonl or jsonl.gz, not {file_type}")
    form = LOG_FORMATS[log_format]
    save = write_lines if is_lines else write_tables
    logs, truth = folder / "logs", folder / "truth"
    for name in ("accounts", "enforcement_events", "model_releases"):
        write_tables([getattr(world, name)], logs / name, file_type)
    write_tables([world.truth_accounts], truth / "accounts", "parquet")
    write_tables([world.truth_requests], truth / "requests", "parquet")
    if split_days:
        for date, tables in _days(world):
            save(map(form.convert, tables), logs / form.NAME / date, file_type)
    else:
        save(map(form.convert, world.request_batches()), logs / form.NAME, file_type)
    if log_format == "litellm":
        keys = [batch.select(_KEY_COLUMNS) for batch in world.request_batches()]
        tokens = litellm.verification_tokens(pa.concat_tables(keys))
        write_tables([tokens], logs / "verification_tokens", file_type)


def _days(world: World) -> Iterator[tuple[str, list[pa.Table]]]:
    """Requests by date; a batch may hold several dates, a date several batches."""
    open_date, tables = "", list[pa.Table]()
    for batch in world.request_batches():
        dates = pc.strftime(batch.column("requested_at"), "%Y-%m-%d")
        for date in sorted(pc.unique(dates).to_pylist()):
            if date != open_date and tables:
                yield open_date, tables
                tables = []
            open_date = date
            tables.append(batch.filter(pc.equal(dates, date)))
    if tables:
        yield open_date, tables
