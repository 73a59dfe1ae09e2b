"""The pipeline on Spark: time, shuffles and skew of each step, by number of cores.

    python -m tests.benchmarks.scale.spark [--size 100000] [--cores 1 2]
        [--folder <dir>]

Needs Java and the extra `spark`. Writes a world of `--size` requests, builds it once
per number of cores, one model after the other, and reads Spark's event log. Shuffles
have eight partitions, which are not merged, so that skew can be seen. The tables go to
standard output and into docs/spark.md, all steps into `spark.json` of the folder.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from extraction_watch.dbt_build import PROJECT, dbt_environment
from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.processes import MEMORY, BenchError, Cost, measured
from tests.benchmarks.scale.spark.event_log import SparkStep, read_event_log
from tests.benchmarks.scale.world import ScaleWorld
from tests.evaluation.markdown import replace_block, table

PAGE = PROJECT / "docs" / "spark.md"
PARTITIONS = 8
STEPS_SHOWN = 20
_SETTINGS = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
}
Builds = Mapping[int, tuple[Cost, Sequence[SparkStep]]]


def main() -> int:
    """Measure; exit code 1 when a build fails."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale.spark")
    options.add_argument("--size", type=int, default=100_000)
    options.add_argument("--cores", type=int, nargs="+", default=(1, 2))
    options.add_argument("--folder", type=Path, help="keeps world and event logs")
    chosen = options.parse_args()
    with TemporaryDirectory(prefix="spark-") as temporary:
        folder = (chosen.folder or Path(temporary)).resolve()
        ScaleWorld(chosen.size).write(folder)
        builds = {}
        try:
            for cores in chosen.cores:
                builds[cores] = build(cores, folder)
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
            cores: [asdict(step) for step in found]
            for cores, (_, found) in builds.items()
        }
        (folder / "spark.json").write_text(json.dumps(steps, indent=1), "utf-8")
    return 0


def build(cores: int, folder: Path) -> tuple[Cost, list[SparkStep]]:
    """Build all models on so many cores; what the process took, and each step.

    Raises BenchError.
    """
    home = folder / f"cores-{cores}"
    warehouse, events = Warehouse(home / "warehouse"), home / "events"
    warehouse.prepare()
    events.mkdir(parents=True, exist_ok=True)
    logs = {"native": str(folder / "logs")}
    settings = _SETTINGS | {"spark.eventLog.dir": f"file:{events}"}
    environment = dbt_environment(warehouse.folder, "spark", logs) | {
        "EXTRACTION_WATCH_MEMORY": MEMORY,
        "EXTRACTION_WATCH_THREADS": str(cores),
        "PYTHONPATH": str(PROJECT),
        "EXTRACTION_WATCH_SHUFFLE_PARTITIONS": str(PARTITIONS),
        "PYSPARK_SUBMIT_ARGS": " ".join(
            [f"--conf {name}={value}" for name, value in settings.items()]
            + ["pyspark-shell"]
        ),
    }
    cost = measured(
        [
            *("-m", "extraction_watch.spark_build", "build", "--full-refresh"),
            *("--exclude-resource-type", "test", "unit_test", "--threads", "1"),
            *("--project-dir", str(PROJECT)),
        ],
        home / "said.txt",
        environment,
    )
    (log,) = events.iterdir()
    return cost, read_event_log(log)


def total_table(size: int, builds: Builds) -> str:
    """The whole build: one row per number of cores."""
    rows = []
    for cores, (cost, steps) in builds.items():
        shuffled = sum(step.shuffle_bytes for step in steps)
        rows.append(
            (
                f"{size:,}",
                str(cores),
                f"{cost.seconds:,.0f}",
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
            "s, all",
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
    last = {step.table: step for step in list(builds.values())[-1][1]}
    seconds = {
        cores: {step.table: step.task_seconds for step in steps}
        for cores, (_, steps) in builds.items()
    }
    rows = [
        (
            f"`{name}`",
            *(f"{found.get(name, 0):,.1f}" for found in seconds.values()),
            f"{step.shuffle_bytes / 1e6:,.1f}",
            f"{step.shuffle_bytes / size:,.0f}",
            f"{step.skew:.1f}",
            f"{step.single_task_rows:,}",
            "; ".join(step.keys),
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


def heaviest(steps: Mapping[str, SparkStep]) -> list[tuple[str, SparkStep]]:
    """The steps that shuffle most or take longest, most bytes first."""
    by_bytes = sorted(steps, key=lambda name: -steps[name].shuffle_bytes)
    by_time = sorted(steps, key=lambda name: -steps[name].task_seconds)
    names = {*by_bytes[:STEPS_SHOWN], *by_time[: STEPS_SHOWN // 2]}
    return [(name, steps[name]) for name in by_bytes if name in names]


if __name__ == "__main__":
    sys.exit(main())
