"""Command line: python -m extraction_watch.quality_gate DATABASE DATA_DOCS

Prints the result. Exit code 0: may be published; 1: critical failures; 2: the gate
could not run.
"""

import argparse
import sys
from pathlib import Path

from extraction_watch.quality_gate import (
    GateResult,
    QualityGateError,
    run_quality_gate,
)
from extraction_watch.quality_gate.results import counted


def summary(result: GateResult) -> str:
    """The result in lines: what failed, most severe first, then the counts."""
    lines = [failure.message for failure in result.failures]
    counts = (
        counted(result.checks, "check"),
        counted(len(result.tables), "table"),
        counted(len(result.critical_failures), "critical failure"),
        counted(len(result.warnings), "warning"),
    )
    verdict = "passed" if result.passed else "failed"
    lines.append(f"Quality gate {verdict}: {', '.join(counts)}.")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the gate on the arguments of the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m extraction_watch.quality_gate",
        description="Check the tables of a DuckDB file before they are published.",
    )
    parser.add_argument("database", type=Path, help="DuckDB file, opened read-only")
    parser.add_argument("data_docs", type=Path, help="folder for the pages")
    options = parser.parse_args(arguments)
    try:
        result = run_quality_gate(options.database, options.data_docs)
    except QualityGateError as error:
        print(error, file=sys.stderr)
        return 2
    print(summary(result))
    print(f"Pages: {options.data_docs / 'index.html'}")
    return 0 if result.passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
