"""One task, every hour. Airflow and extraction_watch have environments of their own.

EXTRACTION_WATCH_HOME is the checkout; _NATIVE_LOGS and _WAREHOUSE are the folders.
"""

import os
from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

HOME = os.environ.get("EXTRACTION_WATCH_HOME", "/opt/extraction_watch")
LOCKED = 6
"""Exit code of a run that found another one at work: then the task is skipped."""

with DAG(
    "extraction_watch",
    schedule="10 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
):
    BashOperator(
        task_id="run",
        bash_command=(
            'exec "$PYTHON" -m extraction_watch run '
            '--logs "$EXTRACTION_WATCH_NATIVE_LOGS" '
            '--warehouse "$EXTRACTION_WATCH_WAREHOUSE"'
        ),
        env={"PYTHON": f"{HOME}/.venv/bin/python", "EXTRACTION_WATCH_LOG": "json"},
        append_env=True,
        skip_on_exit_code=LOCKED,
        execution_timeout=timedelta(hours=2),
    )
