"""Cases that are kept: one file for each target, a case a line, bytes escaped."""

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "corpus"


def read_cases(target: str, folder: Path = FOLDER) -> list[bytes]:
    """The kept cases of a target, in order."""
    path = folder / f"{target}.txt"
    if not path.exists():
        return []
    lines = path.read_text("ascii").splitlines()
    return [
        line.encode("ascii").decode("unicode_escape").encode("latin-1")
        for line in lines
    ]


def write_cases(target: str, cases: Iterable[bytes], folder: Path = FOLDER) -> None:
    """Keep these cases of a target, and no others."""
    lines = sorted({_escaped(case) for case in cases})
    (folder / f"{target}.txt").write_text(
        "".join(f"{line}\n" for line in lines), "ascii"
    )


def _escaped(case: bytes) -> str:
    return case.decode("latin-1").encode("unicode_escape").decode("ascii")
