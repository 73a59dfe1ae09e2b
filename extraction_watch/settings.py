"""Settings of a run in the environment: checked before anything is read."""

import re
from collections.abc import Mapping

from extraction_watch.inputs import InputError

_MEMORY = r"[0-9]+(\.[0-9]+)? ?([KMGT]i?B)"
_DAY = r" *[0-9]{4}-[0-9]{2}-[0-9]{2} *"
_DAYS = rf"({_DAY}(,{_DAY})*)?"
SETTINGS = {
    "EXTRACTION_WATCH_THREADS": (r"[1-9][0-9]{0,3}", "a number of threads, as 2"),
    "EXTRACTION_WATCH_MEMORY": (_MEMORY, "an amount of memory, as 8GB"),
    "EXTRACTION_WATCH_ACCEPTED_DAYS": (_DAYS, "days with commas between, 2026-03-02"),
    "EXTRACTION_WATCH_RETENTION_DAYS": (r"[0-9]{1,6}", "a number of days, 0 for all"),
}
"""Name -> the values it may have, and what they are."""


def check_settings(environment: Mapping[str, str]) -> None:
    """Raise InputError for a setting that is there and cannot be used."""
    for name, (pattern, meaning) in SETTINGS.items():
        value = environment.get(name)
        if value is not None and not re.fullmatch(pattern, value, re.IGNORECASE):
            raise InputError(f"{name} is {value!r}. Set it to {meaning}.")
