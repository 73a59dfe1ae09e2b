"""One asset, every hour. Dagster and extraction_watch have environments of their own.

EXTRACTION_WATCH_HOME is the checkout; _NATIVE_LOGS and _WAREHOUSE are the folders.
"""

import json
import os
import subprocess

import dagster as dg

LOCKED = 6
"""Exit code of a run that found another one at work."""


@dg.asset(group_name="trust_and_safety")
def extraction_watch(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The published tables; what the run says goes to Dagster's log, line by line."""
    home = os.environ.get("EXTRACTION_WATCH_HOME", "/opt/extraction_watch")
    command = [f"{home}/.venv/bin/python", "-m", "extraction_watch", "run"]
    command += ["--logs", os.environ["EXTRACTION_WATCH_NATIVE_LOGS"]]
    command += ["--warehouse", os.environ["EXTRACTION_WATCH_WAREHOUSE"]]
    said: dict[str, object] = {}
    with subprocess.Popen(
        command,
        env=os.environ | {"EXTRACTION_WATCH_LOG": "json"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            if line.startswith("{"):
                said = json.loads(line)
                context.log.info(said["message"])
            else:  # Python's own words about an error that nobody foresaw
                context.log.warning(line.rstrip())
    if process.returncode:
        raise dg.Failure(
            f"{said.get('outcome')}: {said.get('message')}",
            metadata={"exit_code": process.returncode},
            # a run that waits for another may do better later; the others need somebody
            allow_retries=process.returncode == LOCKED,
        )
    shown = ("run_id", "rows_read", "rows_rejected", "checks", "duration_seconds")
    return dg.MaterializeResult(metadata={name: said[name] for name in shown})


job = dg.define_asset_job("extraction_watch_job", [extraction_watch])
definitions = dg.Definitions(
    assets=[extraction_watch],
    jobs=[job],
    schedules=[dg.ScheduleDefinition(job=job, cron_schedule="10 * * * *")],
)
