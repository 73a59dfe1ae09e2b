"""Command line: `run|backtest|publish|report|forget|doctor`."""

import argparse
import os
import signal
import sys
from pathlib import Path

from extraction_watch.backtest.command import backtest
from extraction_watch.dbt_build import PROJECT, BuildError
from extraction_watch.doctor.__main__ import add_options, diagnose
from extraction_watch.engines import ENGINES
from extraction_watch.forget import forget
from extraction_watch.inputs import InputError
from extraction_watch.quality_gate import QualityGateError
from extraction_watch.report import print_report
from extraction_watch.run import CheckError, publish, run
from extraction_watch.warehouse import WarehouseError

EXIT_CODES: dict[type[Exception], int] = {
    InputError: 2,
    BuildError: 3,
    CheckError: 4,
    QualityGateError: 4,
    WarehouseError: 5,
}


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    commands = argparse.ArgumentParser(
        prog="python -m extraction_watch",
        epilog="Exit codes: 0 published, 2 input cannot be used, 3 the build failed, "
        "4 a check failed, 5 the warehouse cannot be used. "
        "Of doctor: 1 a run would fail.",
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
    """Run one command; the last line on standard error says what went wrong."""
    options = parser().parse_args()
    # All that this and its child processes write is for the owner only.
    os.umask(0o077)
    try:
        if options.action == "run":
            run(
                options.logs,
                options.warehouse,
                options.log_format,
                options.engine,
                options.full_refresh,
            )
        elif options.action == "backtest":
            backtest(
                options.logs,
                options.warehouse,
                options.log_format,
                options.engine,
                options.first,
                options.last,
                options.step,
            )
        elif options.action == "publish":
            publish(options.warehouse, options.target, options.engine)
        elif options.action == "forget":
            forget(options.warehouse, options.account, options.engine)
        elif options.action == "doctor":
            return diagnose(options)
        else:
            # a reader like `head` may close the pipe early
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            print_report(options.warehouse)
    except tuple(EXIT_CODES) as error:
        print(f"extraction_watch: {error}", file=sys.stderr)
        return EXIT_CODES[type(error)]
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Leaves without tearing the interpreter down: DuckDB's bindings would then print
    # screens of "nanobind: leaked" that drown the message above.
    os._exit(code)
