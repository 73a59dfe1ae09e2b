"""`python -m extraction_watch.doctor [--warehouse DIR] [--logs DIR] [--json]`."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from extraction_watch.doctor.check import Check, Status
from extraction_watch.doctor.machine import machine_checks


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--warehouse", type=Path, help="folder of results and state")
    parser.add_argument("--logs", type=Path, help="folder of the logs")
    parser.add_argument("--log-format", help="their format; by default all are tried")
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def diagnose(options: argparse.Namespace) -> int:
    """Print what was looked at; 1 where a run would fail, else 0."""
    statuses: list[Status] = []
    for check in _checks(options):
        print(json.dumps(asdict(check)) if options.json else check, flush=True)
        statuses.append(check.status)
    if not options.json:
        print(", ".join(f"{statuses.count(one)} {one}" for one in get_args(Status)))
    return int("fail" in statuses)


def _checks(options: argparse.Namespace) -> Iterator[Check]:
    yield from machine_checks(options.engine, os.environ)
    try:
        from extraction_watch.doctor.environment import environment_checks

        yield from environment_checks(os.environ)
        if options.warehouse:
            from extraction_watch.doctor.warehouse import warehouse_checks

            yield from warehouse_checks(options.warehouse, os.environ)
        if options.logs:
            from extraction_watch.doctor.logs import logs_checks

            yield from logs_checks(options.logs, options.log_format)
    except ModuleNotFoundError as error:
        yield Check(
            "settings, warehouse and logs",
            "fail",
            f"cannot be looked at without the package {error.name}; install it first",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m extraction_watch.doctor")
    add_options(parser)
    return diagnose(parser.parse_args(arguments))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # as in extraction_watch.__main__: no screens of "nanobind: leaked"
    os._exit(code)
