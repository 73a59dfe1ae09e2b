"""What a run costs at scale, beside what reading the same files costs at all.

    make bench [SIZES="300000 3300000 33000000"] [FOLDER=<dir>]

For each size a world is written as Parquet and as JSON lines, half of it the reported
campaigns scaled down. Measured are whole processes: loading the files into one table
(the limit), a full refresh with all checks, a run after one more hour of logs, and
audit and publication alone. Detection is judged on the Parquet one. What was measured
is kept stage by stage in `bench.json` of the folder, and a later start goes on from
there; a table of all of it goes to standard output and into docs/scale.md.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from extraction_watch.dbt_build import PROJECT
from tests.benchmarks.scale.processes import BenchError, Cost, limit, measured
from tests.benchmarks.scale.world import DAYS, ScaleWorld
from tests.evaluation.markdown import replace_block, table

PAGE = PROJECT / "docs" / "scale.md"
SIZES = (300_000, 3_300_000, 33_000_000)
FILE_TYPES = ("parquet", "json")
STEPS_SHOWN = 12
REPORT = "bench.json"
SAID = "said.txt"
"""What the last process said."""
LIMIT = "limit"
REFRESH = "full refresh"
HOUR = "one more hour"
PUBLICATION = "audit and publication"


@dataclass(frozen=True)
class Measured:
    """Costs of one world by what was done, and what came of it."""

    requests: int
    file_type: str
    input_bytes: int
    costs: dict[str, Cost]
    steps: dict[str, float] = field(default_factory=dict)
    step_rows: dict[str, int] = field(default_factory=dict)
    step_bytes: dict[str, int] = field(default_factory=dict)
    detection: dict[str, str] = field(default_factory=dict)


Results = dict[tuple[int, str], Measured]


def main() -> int:
    """Measure every size; exit code 1 when a process fails."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale")
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument(
        "--file-types", nargs="+", choices=FILE_TYPES, default=FILE_TYPES
    )
    options.add_argument(
        "--folder", type=Path, help="keeps worlds and what was measured"
    )
    options.add_argument(
        "--until",
        choices=(LIMIT, REFRESH, HOUR),
        default=HOUR,
        help="the last stage to measure; a later start goes on from there",
    )
    chosen = options.parse_args()
    with TemporaryDirectory(prefix="bench-") as temporary:
        folder = (chosen.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        results = read_report(folder / REPORT)
        try:
            for size, file_type in product(chosen.sizes, chosen.file_types):
                known = results.get((size, file_type))
                if known is None or PUBLICATION in known.costs:
                    known = keep(begin(size, file_type, folder), results, folder)
                if chosen.until != LIMIT and REFRESH not in known.costs:
                    known = keep(measure_refresh(known, folder), results, folder)
                if chosen.until == HOUR:
                    if HOUR not in known.costs:
                        known = keep(measure_hour(known, folder), results, folder)
                    keep(measure_publication(known, folder), results, folder)
        except BenchError as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
        ordered = [results[key] for key in sorted(results)]
        body = "\n\n".join(
            [cost_table(ordered), step_table(ordered), detection_table(ordered)]
        )
        print(body)
        page = replace_block(PAGE.read_text("utf-8"), "bench", body)
        PAGE.write_text(page, "utf-8")
    return 0


def keep(new: Measured, results: Results, folder: Path) -> Measured:
    """Add what was measured to the report, and show it."""
    results[new.requests, new.file_type] = new
    write_report(folder / REPORT, results)
    print(cost_table([new]), flush=True)
    return new


def read_report(report: Path) -> Results:
    """What was measured before, by requests and form."""
    if not report.exists():
        return {}
    return {
        (one["requests"], one["file_type"]): Measured(
            **one
            | {"costs": {what: Cost(**cost) for what, cost in one["costs"].items()}}
        )
        for one in json.loads(report.read_text("utf-8"))
    }


def write_report(report: Path, results: Results) -> None:
    """Keep what was measured."""
    content = [asdict(results[key]) for key in sorted(results)]
    report.write_text(json.dumps(content, indent=1), "utf-8")


def begin(size: int, file_type: str, folder: Path) -> Measured:
    """Write one world, and load it whole into a table."""
    home = folder / f"{size}-{file_type}"
    shutil.rmtree(home, ignore_errors=True)
    _tell(f"writing {size:,} requests as {file_type}")
    ScaleWorld(size, file_type).write(home)
    _last_hour(home, file_type)
    logs = home / "logs"
    _tell("reading them into one table")
    files = (logs / "api_requests").glob(f"*.{file_type}")
    return Measured(
        requests=size,
        file_type=file_type,
        input_bytes=sum(file.stat().st_size for file in files),
        costs={LIMIT: limit(logs, file_type, home / "limit.duckdb")},
    )


def measure_refresh(before: Measured, folder: Path) -> Measured:
    """What was measured, and a full refresh with what came of it."""
    home = _home(before, folder)
    _tell("full refresh")
    cost = measured([*_run(home), "--full-refresh"], home / SAID)
    steps = _step_seconds(home / "warehouse")
    step_rows, step_bytes = _step_sizes(home / "warehouse", steps)
    return replace(
        before,
        costs=before.costs | {REFRESH: cost},
        steps=steps,
        step_rows=step_rows,
        step_bytes=step_bytes,
        detection=_detection(home) if before.file_type == "parquet" else {},
    )


def measure_hour(before: Measured, folder: Path) -> Measured:
    """What was measured, and a run after one more hour of logs."""
    home = _home(before, folder)
    hour = home / f"hour.{before.file_type}"
    _tell("one more hour")
    if hour.exists():
        hour.rename(home / "logs" / "api_requests" / hour.name)
    cost = measured(_run(home), home / SAID)
    return replace(before, costs=before.costs | {HOUR: cost})


def measure_publication(before: Measured, folder: Path) -> Measured:
    """What was measured, and the audit and publication of what is built, once more."""
    home = _home(before, folder)
    warehouse = home / "warehouse"
    _tell("publication")
    publish = ["-m", "extraction_watch", "publish", "--warehouse", str(warehouse)]
    cost = measured(
        [*publish, "--target", str(warehouse / "work" / "target")], home / SAID
    )
    return replace(before, costs=before.costs | {PUBLICATION: cost})


def _home(before: Measured, folder: Path) -> Path:
    """The folder of a world that was begun."""
    home = folder / f"{before.requests}-{before.file_type}"
    if not home.exists():
        raise BenchError(
            f"{home} is not there: delete {folder / REPORT} and begin anew."
        )
    return home


def _run(home: Path) -> list[str]:
    """A run over the logs of a world."""
    places = ["--logs", str(home / "logs"), "--warehouse", str(home / "warehouse")]
    return ["-m", "extraction_watch", "run", *places]


def _last_hour(home: Path, file_type: str) -> None:
    """Take the last hour out of the last day's file into one beside the logs."""
    file = home / "logs" / "api_requests" / f"day-{DAYS - 1:02d}.{file_type}"
    hour = home / f"hour.{file_type}"
    reader = "read_parquet" if file_type == "parquet" else "read_json"
    form = "parquet" if file_type == "parquet" else "json"
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"create table day as from {reader}('{file}')")
        begin = "(select date_trunc('hour', max(requested_at)) from day)"
        for target, condition in ((file, "<"), (hour, ">=")):
            connection.execute(
                f"copy (from day where requested_at {condition} {begin}) "
                f"to '{target}' (format {form})"
            )


def _step_seconds(warehouse: Path) -> dict[str, float]:
    """Seconds of each model of the last build."""
    results = json.loads(
        (warehouse / "work" / "target" / "run_results.json").read_text("utf-8")
    )["results"]
    return {
        result["unique_id"].split(".")[-1]: result["execution_time"]
        for result in results
        if result["unique_id"].startswith("model.")
    }


def _step_sizes(
    warehouse: Path, steps: Iterable[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Rows of the tables of these steps, and the bytes of the blocks they lie in.

    Small tables share a block, which then counts for each of them.
    """
    database = warehouse / "work" / "extraction_watch_work.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = dict(
            connection.execute(
                "select table_name, estimated_size from duckdb_tables()"
            ).fetchall()
        )
        tables = [name for name in steps if name in rows]
        ((block_bytes,),) = connection.execute(
            "select block_size from pragma_database_size() "
            "where database_name = current_database()"
        ).fetchall()
        sizes = {}
        for name in tables:
            ((blocks,),) = connection.execute(
                "select count(distinct block_id) from pragma_storage_info(?) "
                "where block_id >= 0",
                [name],
            ).fetchall()
            sizes[name] = blocks * block_bytes
    return {name: rows[name] for name in tables}, sizes


def _detection(home: Path) -> dict[str, str]:
    """Accounts decided by campaign, and how many critical ones are right."""
    with duckdb.connect(
        str(home / "warehouse" / "extraction_watch.duckdb"), read_only=True
    ) as connection:
        rows = connection.execute(
            f"""
            select
                truth.campaign,
                count(*),
                count(*) filter (risk_band in ('high', 'critical')),
                count(*) filter (risk_band = 'critical')
            from accounts
            inner join read_parquet('{home / "truth" / "accounts.parquet"}') as truth
                using (account_id)
            group by truth.campaign
            order by truth.campaign
            """
        ).fetchall()
    found = {name: f"{decided:,} of {count:,}" for name, count, decided, _ in rows}
    critical = sum(row[3] for row in rows)
    right = sum(row[3] for row in rows if row[0] != "customer")
    found["critical that are right"] = f"{right:,} of {critical:,}"
    return found


def cost_table(results: list[Measured]) -> str:
    """Seconds, memory and the ratio to the limit, one row per world and process."""
    rows = [
        (
            f"{result.requests:,}",
            result.file_type,
            f"{result.input_bytes / 1e6:,.0f}",
            what,
            f"{cost.seconds:,.1f}",
            f"{cost.cpu_seconds:,.1f}",
            f"{cost.peak_bytes / 1e9:.1f}",
            f"{cost.seconds / result.costs[LIMIT].seconds:.1f}",
            f"{cost.cpu_seconds / result.costs[LIMIT].cpu_seconds:.1f}",
        )
        for result in results
        for what, cost in result.costs.items()
    ]
    return table(
        (
            *("requests", "form", "MB", "what", "s", "CPU s", "peak GB"),
            *("of the limit", "in CPU"),
        ),
        rows,
    )


def step_table(results: list[Measured]) -> str:
    """The slowest steps of each full refresh from Parquet."""
    rows = [
        (
            f"{result.requests:,}",
            f"`{name}`",
            f"{seconds:,.1f}",
            f"{result.step_rows.get(name, 0):,}",
            f"{result.step_bytes.get(name, 0) / 1e6:,.0f}",
        )
        for result in results
        if result.file_type == "parquet"
        for name, seconds in slowest(result.steps)
    ]
    return table(("requests", "step", "s", "rows", "MB"), rows)


def slowest(steps: dict[str, float]) -> list[tuple[str, float]]:
    """The steps that take longest, longest first."""
    return sorted(steps.items(), key=lambda step: -step[1])[:STEPS_SHOWN]


def detection_table(results: list[Measured]) -> str:
    """Accounts decided, by campaign."""
    rows = [
        (f"{result.requests:,}", name, found)
        for result in results
        for name, found in result.detection.items()
    ]
    return table(("requests", "accounts of", "decided"), rows)


def _tell(progress: str) -> None:
    print(f"bench: {progress}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
