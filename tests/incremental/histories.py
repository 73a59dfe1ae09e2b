"""Histories of a folder of logs: what arrives, changes and goes, step by step."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.worlds.world import World
from tests.worlds.writing import write

MAIN_TABLES = {
    "native": "api_requests",
    "litellm": "spend_logs",
    "otel_genai": "api_requests",
}
FILE_TYPES = ("jsonl", "jsonl.gz", "csv", "parquet")
DAYS = 10
STEPS_MAX = 3
PARTS_MAX = 3
ROWS_MAX = 60
LISTS = {"tool_names": pa.list_(pa.string())}

Row = dict[str, Any]


@dataclass(frozen=True)
class Day:
    """The requests of one day: in which format, in how many files, of which type.

    `late_share` of its rows come one step after the others.
    """

    step: int
    log_format: str
    parts: int
    file_type: str
    late_share: float


@dataclass(frozen=True)
class Extra:
    """A file of rows told again, as they were or `changed`, of the native format."""

    step: int
    is_changed: bool
    rows: int
    file_type: str


@dataclass(frozen=True)
class Loss:
    """From a step on one file of requests is gone, or holds other rows."""

    step: int
    place: int
    is_gone: bool


@dataclass(frozen=True)
class History:
    """How a world's logs arrive. `seed` draws the rows.

    `accounts` holds, for each step, the share of accounts whose rows are changed;
    the other numbers are the step in which a table arrives.
    """

    seed: int
    days: tuple[Day, ...]
    extras: tuple[Extra, ...]
    losses: tuple[Loss, ...]
    accounts: tuple[float, ...]
    enforcement_events: int
    model_releases: int
    verdicts: int
    suppressions: int

    @property
    def steps(self) -> int:
        return len(self.accounts)

    def __str__(self) -> str:
        formats = Counter(day.log_format for day in self.days)
        late = sum(day.late_share > 0 for day in self.days)
        changed = sum(extra.is_changed for extra in self.extras)
        return (
            f"{self.steps} steps, days of "
            + ", ".join(f"{name} {formats[name]}" for name in sorted(formats))
            + f", {sum(day.parts for day in self.days)} files and {late} late ones, "
            f"{len(self.extras) - changed} told again, {changed} at odds, "
            f"{len(self.losses)} lost or cut"
        )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Histories that have all of it: three formats, one of which joins later; rows that
    come late, twice, or at odds; files that go or change; accounts that change, and
    verdicts that come later."""
    steps = draw(st.integers(2, STEPS_MAX))
    step = st.integers(0, steps - 1)
    later = st.integers(1, steps - 1)
    joining = draw(st.sampled_from(("otel_genai", "litellm")))
    days = st.builds(
        Day,
        step=step,
        log_format=st.sampled_from([name for name in MAIN_TABLES if name != joining]),
        parts=st.integers(1, PARTS_MAX),
        file_type=st.sampled_from(FILE_TYPES),
        late_share=st.sampled_from((0.0, 0.05, 0.5)),
    )
    joined_days = st.builds(
        replace,
        days,
        step=later,
        log_format=st.just(joining),
        late_share=st.sampled_from((0.05, 0.5)),
    )
    extras = st.builds(
        Extra,
        step=step,
        is_changed=st.booleans(),
        rows=st.integers(1, ROWS_MAX),
        file_type=st.sampled_from(FILE_TYPES),
    )
    losses = st.builds(
        Loss,
        step=later,
        place=st.integers(0, DAYS * PARTS_MAX - 1),
        is_gone=st.booleans(),
    )
    few = st.integers(1, 3)
    joined = draw(st.lists(joined_days, min_size=1, max_size=3))
    left = DAYS - len(joined)
    others = draw(st.lists(days, min_size=left, max_size=left))
    told_again = [
        replace(draw(extras), is_changed=is_changed)
        for is_changed in (False, True)
        for _ in range(draw(few))
    ]
    changed_shares = st.sampled_from((0.02, 0.2))
    return History(
        seed=draw(st.integers(0, 2**16)),
        days=tuple(draw(st.permutations([*joined, *others]))),
        extras=tuple(told_again),
        losses=tuple(draw(st.lists(losses, min_size=1, max_size=3))),
        accounts=(0.0, *(draw(changed_shares) for _ in range(steps - 1))),
        enforcement_events=draw(step),
        model_releases=draw(step),
        verdicts=draw(later),
        suppressions=draw(step),
    )


class World3:
    """A world as lines of each format, by day, and its other tables as rows."""

    def __init__(self, world: World, folder: Path) -> None:
        self.lines: dict[str, list[list[str]]] = {}
        for log_format, table in MAIN_TABLES.items():
            write(world, folder / log_format, log_format, "jsonl", split_days=True)
            days = sorted((folder / log_format / "logs" / table).glob("*.jsonl"))
            self.lines[log_format] = [_lines(path) for path in days]
        logs = folder / "native" / "logs"
        self.tables = {
            name: [json.loads(line) for line in _lines(logs / f"{name}.jsonl")]
            for name in ("accounts", "enforcement_events", "model_releases")
        }
        self.tokens = _lines(folder / "litellm" / "logs" / "verification_tokens.jsonl")


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def write_step(history: History, step: int, world: World3, folder: Path) -> list[str]:
    """Bring the folders of all formats to what they hold after a step.

    Returns the formats that have requests by then.
    """
    rng = random.Random(history.seed)
    files = dict(_request_files(history, world, rng))
    names = sorted(files)
    for loss in history.losses:
        name = names[loss.place % len(names)]
        arrived, log_format, lines = files[name]
        if loss.step > step:
            continue
        kept = [] if loss.is_gone else lines[: len(lines) // 2]
        files[name] = (arrived, log_format, kept)
    for name, (arrived, log_format, lines) in files.items():
        path = folder / log_format / MAIN_TABLES[log_format] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if arrived <= step and lines:
            _write(path, lines)
        else:
            path.unlink(missing_ok=True)
    formats = [name for name in MAIN_TABLES if any((folder / name).rglob("*.*"))]
    if "litellm" in formats:
        _write(folder / "litellm" / "verification_tokens.jsonl", world.tokens)
    _write_tables(history, step, world, folder / formats[0])
    return formats


def _request_files(
    history: History, world: World3, rng: random.Random
) -> Iterator[tuple[str, tuple[int, str, list[str]]]]:
    """Name -> step of arrival, format and lines of every file of requests."""
    for number, day in enumerate(history.days):
        lines = list(world.lines[day.log_format][number])
        rng.shuffle(lines)
        file_type = day.file_type if day.log_format == "native" else "jsonl"
        cut = round(day.late_share * len(lines))
        late, rest = lines[:cut], lines[cut:]
        for part in range(day.parts):
            yield (
                f"{number}-{part}.{file_type}",
                (day.step, day.log_format, rest[part :: day.parts]),
            )
        if late:
            yield (f"{number}-late.{file_type}", (day.step + 1, day.log_format, late))
    every = [line for day in world.lines["native"] for line in day]
    for number, extra in enumerate(history.extras):
        again = rng.sample(every, extra.rows)
        if extra.is_changed:
            again = [json.dumps(_changed(json.loads(line), rng)) for line in again]
        yield f"extra-{number}.{extra.file_type}", (extra.step, "native", again)


def _changed(row: Row, rng: random.Random) -> Row:
    """Other content under the same id, told for the minute before or after."""
    clock = str(row["requested_at"])
    minute = f"{rng.randrange(60):02}"
    return row | {
        "requested_at": f"{clock[:14]}{minute}{clock[16:]}",
        "prompt": "Something else altogether was asked here",
    }


def _write_tables(history: History, step: int, world: World3, folder: Path) -> None:
    rng = random.Random(history.seed + 1)
    accounts = [dict(row) for row in world.tables["accounts"]]
    for number, share in enumerate(history.accounts[: step + 1]):
        for row in rng.sample(accounts, round(share * len(accounts))):
            donor = rng.choice(world.tables["accounts"])
            row |= {name: donor[name] for name in ("payment_fingerprint", "signup_ip")}
            row["email_domain"] = f"changed{number}.example.com"
    ids = sorted(row["account_id"] for row in accounts)
    rng.shuffle(ids)
    banned = [r["account_id"] for r in world.tables["enforcement_events"]]
    tables = {
        "accounts": (0, accounts),
        "enforcement_events": (
            history.enforcement_events,
            world.tables["enforcement_events"],
        ),
        "model_releases": (history.model_releases, world.tables["model_releases"]),
        "verdicts": (
            history.verdicts,
            [
                _decided("account", one, verdict)
                for verdict, some in (("benign", ids[:20]), ("extraction", banned[:20]))
                for one in some
            ],
        ),
        "suppressions": (
            history.suppressions,
            [
                {"entity_type": "account", "entity_id": one, "reason": "a partner"}
                for one in ids[20:30]
            ],
        ),
    }
    for name, (arrives, rows) in tables.items():
        if arrives <= step:
            _write(folder / f"{name}.jsonl", [json.dumps(row) for row in rows])


def _decided(entity_type: str, entity_id: str, verdict: str) -> Row:
    return {
        "entity_type": entity_type,
        "entity_id": entity_id,
        "verdict": verdict,
        "decided_at": "2026-03-09 00:00:00",
        "decided_by": "an analyst",
    }


def _write(path: Path, lines: list[str]) -> None:
    """Write lines of JSON as the type that the name of the file asks for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in (".jsonl", ".gz"):
        with pa.output_stream(path, "gzip" if path.suffix == ".gz" else None) as file:
            file.write("".join(f"{line}\n" for line in lines).encode("utf-8"))
        return
    rows = [json.loads(line) for line in lines]
    if path.suffix == ".csv":
        rows = [
            {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
            for row in rows
        ]
        pa_csv.write_csv(pa.Table.from_pylist(rows), path)
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
