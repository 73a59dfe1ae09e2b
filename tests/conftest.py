"""Tests marked `spark` need Java and PySpark; without them a line says so."""

import os
import shutil
from importlib.util import find_spec

import pytest


def _lacking_for_spark() -> str | None:
    """What Spark needs and this machine does not have."""
    if find_spec("pyspark") is None:
        return "PySpark (install the extra `spark`)"
    java_home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{java_home}/bin" if java_home else None) is None:
        return "Java (install a JRE of version 17 or newer)"
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", "spark: needs Java and PySpark")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what needs Spark where there is none."""
    if _lacking_for_spark() is None:
        return
    for_spark = [item for item in items if item.get_closest_marker("spark")]
    items[:] = [item for item in items if item not in for_spark]
    config.hook.pytest_deselected(items=for_spark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say that, also in quiet runs."""
    lacking = _lacking_for_spark()
    if lacking:
        terminalreporter.write_line(f"Spark tests were left out for lack of {lacking}.")
