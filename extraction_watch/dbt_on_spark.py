"""dbt on the local Spark session: `python -m extraction_watch.dbt_on_spark build`.

Takes the arguments of `dbt`. The session, its functions and its raw relations are made
first; dbt then runs in the same process and finds them.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dbt.cli.main import dbtRunner

from extraction_watch.inputs import InputError
from extraction_watch.spark_session import start_session


def build_on_spark(project: Path, select: Sequence[str] = ()) -> bool:
    """Build and test all models, or the selected ones, in a new catalogue.

    Returns whether all went well. Raises InputError for input that cannot be used.
    """
    arguments = ["build", "--project-dir", str(project)]
    arguments += ["--profiles-dir", str(project / "profiles")]
    return run_dbt_on_spark(arguments + (["--select", *select] if select else []))


def run_dbt_on_spark(arguments: Sequence[str]) -> bool:
    """Run one dbt command on a new session; returns whether all went well."""
    os.environ["EXTRACTION_WATCH_ENGINE"] = "spark"
    session = start_session()
    try:
        outcome = dbtRunner().invoke(list(arguments))
    finally:
        session.stop()
    if outcome.exception:
        print(outcome.exception, file=sys.stderr)
    return outcome.success


if __name__ == "__main__":
    try:
        sys.exit(0 if run_dbt_on_spark(sys.argv[1:]) else 1)
    except InputError as error:
        sys.exit(str(error))
