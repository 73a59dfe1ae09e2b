"""Logs as they arrive: out of order, late, repeated, at odds with themselves."""

import csv
import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.worlds.world import World
from tests.worlds.writing import write

Row = dict[str, Any]

LATE_SHARE = 0.03
REPEATED_ROWS = 60
CONFLICTING_ROWS = 12


@dataclass(frozen=True)
class AwkwardLogs:
    """A folder of logs and what is in it.

    `days`: the files of `api_requests`, one for each day. `extras`: other files beside
    them, of late, repeated and conflicting rows.
    """

    folder: Path
    days: list[Path]
    extras: list[Path]
    rows: int
    duplicates: int
    conflicts: int

    @property
    def requests(self) -> Path:
        """Folder of the files of requests."""
        return self.folder / "api_requests"


def write_awkward_logs(world: World, folder: Path) -> AwkwardLogs:
    """Write the world as one Parquet file a day, rows shuffled, and three more files.

    `late.jsonl` holds rows that belong to the days before. `repeated.csv` tells rows of
    all days again, so that the same request comes from three kinds of files.
    `conflicting.jsonl` tells request ids again with other content: half of them with an
    earlier time, so that the row first read is the one to be rejected.
    """
    write(world, folder, "native", "parquet", split_days=True)
    logs = folder / "logs"
    shutil.rmtree(folder / "truth")
    requests = logs / "api_requests"
    days = sorted(requests.glob("*.parquet"))
    rng = np.random.default_rng(7)
    late: list[Row] = []
    for number, path in enumerate(days):
        rows = pq.read_table(path)
        order = rng.permutation(len(rows))
        if number < len(days) - 3:
            cut = int(LATE_SHARE * len(rows))
            late += rows.take(pa.array(order[:cut])).to_pylist()
            order = order[cut:]
        again = rng.choice(order, 2)  # told twice in one file
        pq.write_table(rows.take(pa.array(np.concatenate([order, again]))), path)
    every = pa.concat_tables(map(pq.read_table, days))
    told_once = _told_once(every)
    order = rng.permutation(len(told_once))
    conflicting = [
        _changed(row, earlier=number % 2 == 0)
        for number, row in enumerate(
            told_once.take(pa.array(order[:CONFLICTING_ROWS])).to_pylist()
        )
    ]
    again = order[CONFLICTING_ROWS : CONFLICTING_ROWS + REPEATED_ROWS]
    repeated = told_once.take(pa.array(again)).to_pylist() + late[::10]
    extras = [
        requests / "late.jsonl",
        requests / "repeated.csv",
        requests / "conflicting.jsonl",
    ]
    write_json_lines(extras[0], late)
    _write_csv(extras[1], repeated)
    write_json_lines(extras[2], conflicting)
    rows_written = len(every) + len(late) + len(repeated) + len(conflicting)
    requests_sent = len(world.requests)
    return AwkwardLogs(
        folder=logs,
        days=days,
        extras=extras,
        rows=rows_written,
        duplicates=rows_written - requests_sent - len(conflicting),
        conflicts=len(conflicting),
    )


def _told_once(rows: pa.Table) -> pa.Table:
    """The rows whose request id stands once."""
    counts = rows.group_by("request_id").aggregate([([], "count_all")])
    once = counts.filter(pc.equal(counts.column("count_all"), 1))
    return rows.filter(
        pc.is_in(rows.column("request_id"), once.column("request_id").combine_chunks())
    )


def _changed(row: Row, earlier: bool) -> Row:
    """The same request id with another text, a minute before or after."""
    shift = timedelta(minutes=-1 if earlier else 1)
    return row | {
        "requested_at": row["requested_at"] + shift,
        "prompt": "Something else altogether was asked here",
    }


def write_json_lines(path: Path, rows: list[Row]) -> None:
    """Rows as JSON lines, times as text."""
    path.write_text(
        "".join(json.dumps(row, default=str) + "\n" for row in rows), encoding="utf-8"
    )


def _write_csv(path: Path, rows: list[Row]) -> None:
    """Rows as CSV: nulls are empty, lists are JSON."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        for row in rows:
            lists = {k: json.dumps(v) for k, v in row.items() if isinstance(v, list)}
            writer.writerow(row | lists)
