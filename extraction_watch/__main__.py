"""Command line: `run|backtest|publish|rollback|report|forget|doctor`."""

import argparse
import os
import signal
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from extraction_watch.backtest.command import backtest
from extraction_watch.console import check_log_form, complain, is_json, run_named, say
from extraction_watch.dbt_build import PROJECT
from extraction_watch.doctor.__main__ import add_options, diagnose
from extraction_watch.engines import ENGINES
from extraction_watch.exit_codes import Exit, Terminated, exit_code
from extraction_watch.forget import forget
from extraction_watch.report import print_report
from extraction_watch.rollback import roll_back
from extraction_watch.run import publish, run
from extraction_watch.run_log import Run


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    commands = argparse.ArgumentParser(
        prog="python -m extraction_watch",
        epilog="Exit codes: "
        + ", ".join(f"{one.value} {one.words}" for one in Exit)
        + ". Of doctor: 1 a run would fail. docs/operations.md says what to do.",
    )
    actions = commands.add_subparsers(dest="action", required=True)
    warehouse = argparse.ArgumentParser(add_help=False)
    warehouse.add_argument(
        "--warehouse", type=Path, required=True, help="folder of results and state"
    )
    engine = argparse.ArgumentParser(add_help=False)
    engine.add_argument("--engine", choices=sorted(ENGINES), default="duckdb")
    build = actions.add_parser(
        "run", parents=[warehouse, engine], help="read logs, build, check and publish"
    )
    build.add_argument("--logs", type=Path, required=True, help="folder of the logs")
    build.add_argument("--log-format", default="native")
    build.add_argument("--full-refresh", action="store_true", help="rebuild everything")
    replay = actions.add_parser(
        "backtest",
        parents=[warehouse, engine],
        help="replay a log: what would have been known when",
    )
    replay.add_argument("--logs", type=Path, required=True, help="folder of the logs")
    replay.add_argument("--log-format", default="native")
    replay.add_argument("--from", dest="first", help="first day, or a moment in UTC")
    replay.add_argument("--to", dest="last", help="last day, or a moment in UTC")
    replay.add_argument("--step", default="1d", help="1h, 6h or 1d")
    audit = actions.add_parser(
        "publish",
        parents=[warehouse, engine],
        help="audit and publish what a plain `dbt build` left",
    )
    audit.add_argument(
        "--target", type=Path, default=PROJECT / "target", help="dbt's target folder"
    )
    back = actions.add_parser(
        "rollback",
        parents=[warehouse],
        help="put an older published version in force",
    )
    back.add_argument("--to", help="its run id; by default the one before the current")
    actions.add_parser("report", parents=[warehouse], help="show what was found")
    gone = actions.add_parser(
        "forget",
        parents=[warehouse],
        help="remove an account from all tables, for good",
    )
    gone.add_argument("--account", action="append", required=True, help="its id")
    gone.add_argument("--engine", choices=sorted(ENGINES), help="by default the last")
    add_options(actions.add_parser("doctor", help="tell what is missing or wrong"))
    return commands


def main() -> int:
    """Run one command; the last line says how it ended, on standard error if badly."""
    options = parser().parse_args()
    # All that this and its child processes write is for the owner only.
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _stop)
    try:
        check_log_form()
        if options.action == "doctor":
            return diagnose(options)
        ran = _perform(options)
    except BaseException as error:
        return _failed(options.action, error)
    if ran:
        _succeeded(options.action, ran)
    return Exit.SUCCEEDED


def _perform(options: argparse.Namespace) -> Run | None:
    """Do what was asked for; the run that it was, if it was one."""
    if options.action == "run":
        return run(
            options.logs,
            options.warehouse,
            options.log_format,
            options.engine,
            options.full_refresh,
        )
    if options.action == "backtest":
        return backtest(
            options.logs,
            options.warehouse,
            options.log_format,
            options.engine,
            options.first,
            options.last,
            options.step,
        )
    if options.action == "publish":
        return publish(options.warehouse, options.target, options.engine)
    if options.action == "rollback":
        return roll_back(options.warehouse, options.to)
    if options.action == "forget":
        return forget(options.warehouse, options.account, options.engine)
    # a reader like `head` may close the pipe early
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    print_report(options.warehouse)
    return None


def _stop(number: int, frame: FrameType | None) -> None:
    raise Terminated(signal.Signals(number).name)


def _succeeded(action: str, ran: Run) -> None:
    rows = (
        ""
        if ran.rows_read is None
        else f", {ran.rows_read:,} rows read, {ran.rows_rejected:,} rejected"
    )
    say(
        f"extraction_watch: {action} succeeded, run {ran.run_id}, in force "
        f"{ran.published_run_id}{rows}, {ran.duration_seconds:.0f} s",
        "ended",
        command=action,
        exit_code=0,
        outcome=Exit.SUCCEEDED.words,
        **asdict(ran),
    )


def _failed(action: str, error: BaseException) -> int:
    """Say why: at length, if there is more than a line to say, then in one line."""
    code = exit_code(error)
    fields: dict[str, object] = {}
    if code is Exit.UNEXPECTED:
        fields["traceback"] = "".join(traceback.format_exception(error))
    reason = str(error) or type(error).__name__
    first_line, *others = reason.splitlines()
    if not is_json():
        if fields:
            complain(str(fields["traceback"]), "traceback")
        elif others:
            complain(f"extraction_watch: {reason}", "reason")
        reason = (
            f"extraction_watch: {action} failed, exit code {code.value} "
            f"({code.words}), run {run_named() or 'not begun'}: {first_line}"
        )
    complain(
        reason,
        "ended",
        command=action,
        exit_code=code.value,
        outcome=code.words,
        **fields,
    )
    return code


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Leaves without tearing the interpreter down: DuckDB's bindings would then print
    # screens of "nanobind: leaked" that drown the message above.
    os._exit(code)
