"""dbt on a local Spark session: `python -m extraction_watch.spark_build build`.

Takes the arguments of `dbt`. The session, its functions and its raw relations are made
first; dbt then runs in the same process and finds them.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dbt.cli.main import dbtRunner

from extraction_watch.inputs import InputError
from extraction_watch.spark_session import PROJECT, start_session


def dbt_on_spark(arguments: Sequence[str]) -> bool:
    """Run one dbt command in a new catalogue; returns whether all went well.

    Raises InputError for input that cannot be used.
    """
    os.environ["EXTRACTION_WATCH_ENGINE"] = "spark"
    # what a build before reported is of tables that this one removes
    target = Path(os.environ.get("DBT_TARGET_PATH", PROJECT / "target"))
    (target / "run_results.json").unlink(missing_ok=True)
    session = start_session()
    try:
        outcome = dbtRunner().invoke(list(arguments))
    finally:
        session.stop()
    if outcome.exception:
        print(outcome.exception, file=sys.stderr)
    return bool(outcome.success)


if __name__ == "__main__":
    try:
        sys.exit(0 if dbt_on_spark(sys.argv[1:]) else 1)
    except InputError as error:
        sys.exit(str(error))
