"""Settings in the environment: what a run would refuse."""

from collections.abc import Iterator, Mapping

from extraction_watch.console import check_log_form
from extraction_watch.doctor.check import Check
from extraction_watch.inputs import InputError
from extraction_watch.settings import check_settings


def environment_checks(environment: Mapping[str, str]) -> Iterator[Check]:
    try:
        check_log_form()
        check_settings(environment)
    except InputError as error:
        yield Check("settings", "fail", str(error))
    else:
        yield Check("settings", "ok", "can be used")
