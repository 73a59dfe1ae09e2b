"""The command: stage the log once, replay it, then run as usual and publish."""

import time
from collections.abc import Mapping
from pathlib import Path

from extraction_watch.backtest.plan import Plan, read_plan
from extraction_watch.backtest.replay import Replay
from extraction_watch.backtest.span import Bounds, read_bounds
from extraction_watch.backtest.timeline import GOALS, Timeline
from extraction_watch.console import say
from extraction_watch.dbt_build import dbt_environment, run_dbt_part
from extraction_watch.inputs import InputError
from extraction_watch.recovery import ready_working_database
from extraction_watch.run import at_work, checked_logs, run_at_work
from extraction_watch.run_log import Run
from extraction_watch.warehouse import Warehouse

PROGRESS_SECONDS = 15


def backtest(
    logs: Path,
    folder: Path,
    log_format: str = "native",
    engine: str = "duckdb",
    first: str | None = None,
    last: str | None = None,
    step: str = "1d",
) -> Run:
    """Write the timeline of a log, and publish it with the tables of a normal run.

    `first`, `last` and `step` are FROM, TO and STEP; see `read_bounds`. Raises
    InputError, BuildError, CheckError or WarehouseError.
    """
    if engine != "duckdb":
        raise InputError(
            f"A back-test replays the log on DuckDB, not on {engine}. Leave ENGINE out."
        )
    bounds = read_bounds(first, last, step)
    warehouse = Warehouse(folder.resolve())
    warehouse.prepare()
    with at_work(warehouse):
        ready_working_database(warehouse)
        log_folders = checked_logs(warehouse, log_format, logs)
        environment = dbt_environment(warehouse.folder, engine, log_folders)
        say("staging the whole log, once", "started")
        run_dbt_part(environment, "build", "path:models/staging", "path:seeds")
        run_dbt_part(environment, "compile", *(f"+{goal}" for goal in GOALS))
        plan = read_plan(warehouse.target / "manifest.json", GOALS)
        _replay(warehouse, plan, environment, bounds)
        return run_at_work(warehouse, logs, log_format, engine)


def _replay(
    warehouse: Warehouse,
    plan: Plan,
    environment: Mapping[str, str],
    bounds: Bounds,
) -> None:
    """Replay the staged log and write its timeline into the warehouse."""
    threads = environment.get("EXTRACTION_WATCH_THREADS", "2")
    memory = environment.get("EXTRACTION_WATCH_MEMORY", "8GB")
    with Replay(warehouse.database, plan, threads, memory) as replay:
        log_span = replay.log_span(warehouse.target / "manifest.json")
        if log_span is None:
            raise InputError("The log has no usable request to replay.")
        span = bounds.span(*log_span)
        moments = span.moments_of_change(replay.changes(span))
        say(
            f"replaying {span.begin} to {span.end}: {span.steps} steps of {span.step}, "
            f"{len(moments)} of them with something new"
        )
        timeline = Timeline(replay.connection)
        begin = shown = time.monotonic()
        for number, moment in enumerate(moments, start=1):
            replay.rebuild(moment)
            timeline.note(moment)
            now = time.monotonic()
            if now - shown >= PROGRESS_SECONDS or number == len(moments):
                shown = now
                per_step = (now - begin) / number
                say(
                    f"  as of {moment}: step {number} of {len(moments)}, "
                    f"{per_step:.2f} s per step, "
                    f"about {per_step * (len(moments) - number) / 60:.1f} min to go",
                    "progress",
                    step=number,
                    steps=len(moments),
                )
        rows = timeline.write(warehouse.timeline)
    say(f"{rows} rows in detection_timeline")
