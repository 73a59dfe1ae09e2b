"""What a command says while it works: lines to read, or JSON lines on demand."""

import json
import os
import sys

from extraction_watch.inputs import InputError
from extraction_watch.inputs.errors import printable
from extraction_watch.run_log import now

LOG_VARIABLE = "EXTRACTION_WATCH_LOG"
"""`text`, the default, or `json`: one object a line."""

_run: dict[str, str] = {}


def check_log_form() -> None:
    """Raise InputError unless the variable names a form."""
    form = os.environ.get(LOG_VARIABLE, "")
    if form not in ("", "text", "json"):
        raise InputError(f"{LOG_VARIABLE} is {form}. Set it to text or json.")


def is_json() -> bool:
    return os.environ.get(LOG_VARIABLE) == "json"


def name_run(run_id: str) -> None:
    """All that is said from now on belongs to this run."""
    _run["run_id"] = run_id


def run_named() -> str | None:
    """The run that was named last."""
    return _run.get("run_id")


def say(message: str, event: str = "note", **fields: object) -> None:
    """One line on standard output. `fields` are of the JSON form only."""
    _write(message, {"level": "info", "event": event, **fields})


def complain(message: str, event: str, **fields: object) -> None:
    """What went wrong, on standard error."""
    _write(message, {"level": "error", "event": event, **fields})


def _write(message: str, fields: dict[str, object]) -> None:
    stream = sys.stderr if fields["level"] == "error" else sys.stdout
    if is_json():
        message = json.dumps({"at": now(), **_run, **fields, "message": message})
    else:  # a name of a file may steer a terminal, or be no text at all
        message = "\n".join(map(printable, message.splitlines()))
    print(message, file=stream, flush=True)
