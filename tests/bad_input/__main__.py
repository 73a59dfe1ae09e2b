"""Print how many bad inputs the corpus holds, by what must become of them.

`python -m tests.bad_input`. That it does become of each, a test holds:
`tests/integration/test_bad_input.py`.
"""

from collections.abc import Iterable

from tests.bad_input.corpus import (
    CSV_RECORDS,
    LINES,
    LITELLM_CHANGES,
    OTEL_ATTRIBUTES,
    OTEL_LINES,
    OTEL_SPANS,
    SIDE_TABLES,
    TRICKS,
    VALUES,
)
from tests.bad_input.files import ARGUMENTS, ENVIRONMENT, FILES, VARS

OUTCOMES = ("accepted", "rejected", "refused")


def groups() -> dict[str, list[str]]:
    """Kind of input -> the outcome of each."""
    values = [reason for some in VALUES.values() for _, reason in some]
    settings = [*ENVIRONMENT, *ARGUMENTS, *VARS]
    spans = [expected for _, expected in [*OTEL_ATTRIBUTES, *OTEL_SPANS]]
    return {
        "native: values": _rows(values),
        "native: lines of JSON": _rows(expected for _, expected in LINES),
        "native: records of CSV": _rows(expected for _, expected in CSV_RECORDS),
        "litellm: rows": _rows(expected for _, expected in LITELLM_CHANGES),
        "otel_genai: spans and lines": _rows(
            [*spans, *(expected for _, expected in OTEL_LINES)]
        ),
        "tables beside the requests": _rows(
            expected for some in SIDE_TABLES.values() for _, expected in some
        ),
        "tricks in every text of a row": ["accepted"] * len(TRICKS),
        "files and folders": [_of_file(case.expected) for case in FILES],
        "settings": ["refused"] * len(settings),
    }


def _rows(expected: Iterable[object]) -> list[str]:
    return ["accepted" if one is None else "rejected" for one in expected]


def _of_file(expected: str | tuple[int, int]) -> str:
    if isinstance(expected, str):
        return "refused"
    return "rejected" if expected[1] else "accepted"


def main() -> None:
    """Print the table."""
    print("| input | tried | accepted | rejected | refused |")
    print("|---|---|---|---|---|")
    every: list[str] = []
    for name, outcomes in groups().items():
        print(_line(name, outcomes))
        every += outcomes
    print(_line("all", every))


def _line(name: str, outcomes: list[str]) -> str:
    counts = [str(outcomes.count(outcome)) for outcome in OUTCOMES]
    return f"| {name} | {len(outcomes)} | {' | '.join(counts)} |"


if __name__ == "__main__":
    main()
