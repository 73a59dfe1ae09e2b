"""The pipeline on Spark: time, shuffles and skew of each step, by number of cores.

    python -m tests.benchmarks.scale.spark [--size 100000] [--cores 1 2]
        [--folder <dir>] [--reuse] [--quick]

Needs Java and the extra `spark`. Writes a world of `--size` requests, builds it once
per number of cores, one model after the other, and reads Spark's event log. Shuffles
have four partitions, which are not merged, so that skew can be seen, and only tables of
up to 64 KB are broadcast. The tables go to standard output and into docs/spark.md, all
steps into `spark.json` of the folder. With `--reuse` builds whose event log is in the
folder are not repeated; with `--quick` Spark neither generates code nor adapts its
plans.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from extraction_watch.dbt_build import PROJECT, dbt_environment
from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.processes import MEMORY, BenchError, measured
from tests.benchmarks.scale.spark.event_log import SparkStep, read_event_log
from tests.benchmarks.scale.world import ScaleWorld
from tests.evaluation.markdown import replace_block, table

PAGE = PROJECT / "docs" / "spark.md"
PARTITIONS = 4
BROADCAST_BYTES = 65_536
"""Larger tables are shuffled for a join, as they would be at scale, where even those of
accounts are too large to be sent to everybody."""
STEPS_SHOWN = 20
COLUMNS_SHOWN = 3
KEYS_SHOWN = 4
_SETTINGS = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": str(BROADCAST_BYTES),
}
_QUICK = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.defaultJavaOptions": '"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"',
}
"""For small logs, for which compiling and planning anew take longer than running."""
Builds = Mapping[int, Sequence[SparkStep]]


def main() -> int:
    """Measure; exit code 1 when a build fails."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale.spark")
    options.add_argument("--size", type=int, default=100_000)
    options.add_argument("--cores", type=int, nargs="+", default=(1, 2))
    options.add_argument("--folder", type=Path, help="keeps world and event logs")
    options.add_argument("--reuse", action="store_true")
    options.add_argument("--quick", action="store_true")
    chosen = options.parse_args()
    with TemporaryDirectory(prefix="spark-") as temporary:
        folder = (chosen.folder or Path(temporary)).resolve()
        if not (chosen.reuse and (folder / "logs").exists()):
            ScaleWorld(chosen.size).write(folder)
        builds = {}
        try:
            for cores in chosen.cores:
                home = folder / f"cores-{cores}"
                if not (chosen.reuse and (home / "events").exists()):
                    build(cores, folder / "logs", home, chosen.quick)
                (log,) = (home / "events").glob("local-*")
                builds[cores] = read_event_log(log)
                print(f"spark: {cores} cores are done", file=sys.stderr, flush=True)
        except BenchError as error:
            print(f"spark: {error}", file=sys.stderr)
            return 1
        body = "\n\n".join(
            [total_table(chosen.size, builds), step_table(chosen.size, builds)]
        )
        print(body)
        page = replace_block(PAGE.read_text("utf-8"), "spark", body)
        PAGE.write_text(page, "utf-8")
        steps = {
            cores: [asdict(step) for step in found] for cores, found in builds.items()
        }
        (folder / "spark.json").write_text(json.dumps(steps, indent=1), "utf-8")
    return 0


def build(cores: int, logs: Path, home: Path, is_quick: bool) -> None:
    """Build all models on so many cores; leaves one event log in `events`.

    Raises BenchError.
    """
    warehouse, events = Warehouse(home / "warehouse"), home / "events"
    warehouse.prepare()
    shutil.rmtree(events, ignore_errors=True)
    events.mkdir()
    settings = (
        _SETTINGS
        | (_QUICK if is_quick else {})
        | {"spark.eventLog.dir": f"file:{events}"}
    )
    environment = dbt_environment(warehouse.folder, "spark", {"native": str(logs)}) | {
        "EXTRACTION_WATCH_MEMORY": MEMORY,
        "EXTRACTION_WATCH_THREADS": str(cores),
        "PYTHONPATH": str(PROJECT),
        "EXTRACTION_WATCH_SHUFFLE_PARTITIONS": str(PARTITIONS),
        "PYSPARK_SUBMIT_ARGS": " ".join(
            [f"--conf {name}={value}" for name, value in settings.items()]
            + ["pyspark-shell"]
        ),
    }
    measured(
        [
            *("-m", "extraction_watch.spark_build", "build", "--full-refresh"),
            *("--exclude-resource-type", "test", "unit_test", "--threads", "1"),
            *("--project-dir", str(PROJECT)),
        ],
        home / "said.txt",
        environment,
    )


def total_table(size: int, builds: Builds) -> str:
    """The whole build: one row per number of cores."""
    rows = []
    for cores, steps in builds.items():
        shuffled = sum(step.shuffle_bytes for step in steps)
        rows.append(
            (
                f"{size:,}",
                str(cores),
                f"{sum(step.seconds for step in steps):,.0f}",
                f"{sum(step.task_seconds for step in steps):,.0f}",
                f"{sum(step.cpu_seconds for step in steps):,.0f}",
                f"{shuffled / 1e6:,.0f}",
                f"{shuffled / size:,.0f}",
                f"{sum(step.spilled_bytes for step in steps) / 1e6:,.0f}",
            )
        )
    return table(
        (
            "requests",
            "cores",
            "s, models",
            "s, tasks",
            "CPU s of tasks in the JVM",
            "shuffled MB",
            "shuffled bytes per request",
            "spilled MB",
        ),
        rows,
    )


def step_table(size: int, builds: Builds) -> str:
    """The models that shuffle most, and those that take longest, by the last build."""
    last = {step.table: step for step in list(builds.values())[-1]}
    seconds = {
        cores: {step.table: step.task_seconds for step in steps}
        for cores, steps in builds.items()
    }
    rows = [
        (
            f"`{name}`",
            *(f"{found.get(name, 0):,.1f}" for found in seconds.values()),
            f"{step.shuffle_bytes / 1e6:,.1f}",
            f"{step.shuffle_bytes / size:,.0f}",
            f"{step.skew:.1f}",
            f"{step.single_task_rows:,}",
            _keys(step.keys),
        )
        for name, step in heaviest(last)
    ]
    heads = (
        "step",
        *(f"task s, {cores} cores" for cores in builds),
        "shuffled MB",
        "bytes per request",
        "skew",
        "rows of one task",
        "splits by",
    )
    return table(heads, rows)


def _keys(keys: Sequence[str]) -> str:
    """The first keys that are columns; Spark's own names of expressions say nothing.

    >>> _keys(["_groupingexpression", "a", "b", "c", "d", "e, f", "round(g)"])
    'a; b; c; d and 1 more'
    """
    named = [_short(key) for key in keys if "(" not in key and not key.startswith("_")]
    more = len(named) - KEYS_SHOWN
    shown = "; ".join(named[:KEYS_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _short(key: str) -> str:
    """The first columns of a key.

    >>> _short("a, b, c, d, e")
    'a, b, c and 2 more'
    """
    columns = key.split(", ")
    more = len(columns) - COLUMNS_SHOWN
    shown = ", ".join(columns[:COLUMNS_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def heaviest(steps: Mapping[str, SparkStep]) -> list[tuple[str, SparkStep]]:
    """The steps that shuffle most or take longest, most bytes first."""
    by_bytes = sorted(steps, key=lambda name: -steps[name].shuffle_bytes)
    by_time = sorted(steps, key=lambda name: -steps[name].task_seconds)
    names = {*by_bytes[:STEPS_SHOWN], *by_time[: STEPS_SHOWN // 2]}
    return [(name, steps[name]) for name in by_bytes if name in names]


if __name__ == "__main__":
    sys.exit(main())
