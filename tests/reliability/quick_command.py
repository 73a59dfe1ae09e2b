"""The command line without what only reads: dbt's tests and the gate of expectations.

They take half of a small world's run, and a kill while they read kills nothing else.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from extraction_watch import dbt_build, quality_gate
from extraction_watch.__main__ import main

_invoke = dbt_build._invoke
_built_nodes = dbt_build._built_nodes


def _invoke_without_tests(
    environment: Mapping[str, str], engine: str, arguments: list[str]
) -> tuple[int, list[str]]:
    return _invoke(environment, engine, [*arguments, "--exclude-resource-type", "test"])


def _built_without_tests(manifest: Path) -> set[str]:
    return {one for one in _built_nodes(manifest) if not one.startswith("test.")}


def leave_out_checks() -> None:
    """Of all runs of this process."""
    quality_gate.is_available = lambda: False
    dbt_build._invoke = _invoke_without_tests
    dbt_build._built_nodes = _built_without_tests


if __name__ == "__main__":
    leave_out_checks()
    sys.exit(main())
