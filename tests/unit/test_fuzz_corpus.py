"""Cases that fuzzing found, or that reach most places, run again."""

from pathlib import Path

import pytest

from tests.fuzz.corpus import read_cases, write_cases
from tests.fuzz.seeds import seeds_of
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_kept_cases(target: str) -> None:
    for case in [*seeds_of(target), *read_cases(target)]:
        TARGETS[target](case)


def test_cases_are_kept_as_they_are(tmp_path: Path) -> None:
    cases = [bytes(range(256)), b"", b"\\n\n", "é\u2028".encode()]
    write_cases("any", cases, tmp_path)
    assert sorted(read_cases("any", tmp_path)) == sorted(cases)
