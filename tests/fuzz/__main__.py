"""Fuzz one target, or all of them: `python -m tests.fuzz TARGET --minutes 10`.

Needs atheris (`pip install atheris==3.0.0`), which guides by coverage. Prints a line
for each target: minutes, executions, places of the code that were reached, findings.
A finding is printed with its bytes. `--keep` puts it into `corpus/<TARGET>.txt`, with
the shortest cases that reached new places; `make test` runs all that are kept.
"""

import argparse
import importlib
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzz.corpus import read_cases, write_cases
from tests.fuzz.seeds import seeds_of

ALL = "all"
CASE_BYTES_MAX = 4096
MEMORY_MB_MAX = 3000
KEPT_BYTES_MAX = 600
KEPT_CASES_MAX = 40
COMPILED = ["udfs._bytes", "udfs.prompt_sketch", "udfs.prompt_capability"]
"""Modules that Numba compiles, which it cannot do with counters in them."""


def main() -> None:
    """Fuzz what the command line names."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz")
    arguments.add_argument("target", nargs="+", help=f"names, or {ALL}")
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--keep", action="store_true", help="write the corpus")
    arguments.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.child is not None:
        _fuzz(options.target[0], options.minutes, options.child)
    from tests.fuzz.targets import TARGETS

    names = list(TARGETS) if options.target == [ALL] else options.target
    print("| target | minutes | executions | places reached | findings |")
    print("|---|---|---|---|---|", flush=True)
    for name in names:
        _report(name, options.minutes, options.keep)


def _report(name: str, minutes: float, is_kept: bool) -> None:
    """Fuzz in a process of its own, which libFuzzer ends as it likes."""
    with tempfile.TemporaryDirectory() as folder:
        cases = Path(folder, "cases")
        for sub in ("cases", "findings"):
            Path(folder, sub).mkdir()
        for number, case in enumerate([*seeds_of(name), *read_cases(name)]):
            (cases / str(number)).write_bytes(case)
        started = time.monotonic()
        said = _child(name, minutes, folder)
        spent = (time.monotonic() - started) / 60
        runs = re.findall(r"number_of_executed_units: (\d+)", said)
        places = re.findall(r"cov: (\d+)", said)
        findings = sorted(Path(folder, "findings").glob("*.txt"))
        count = str(len(findings)) if runs else f"{len(findings)}, and it crashed"
        print(
            f"| `{name}` | {spent:.1f} | {int(runs[-1]) if runs else 0:,} "
            f"| {places[-1] if places else 0} | {count} |",
            flush=True,
        )
        for finding in findings:
            print(finding.read_text(), flush=True)
        if not runs:
            print(said[-3000:], flush=True)
        if is_kept:
            _keep(name, folder)


def _child(name: str, minutes: float, folder: str) -> str:
    command = [sys.executable, "-m", "tests.fuzz", name, "--minutes", str(minutes)]
    ended = subprocess.run(
        [*command, "--child", folder],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return ended.stderr


def _keep(name: str, folder: str) -> None:
    """Keep what is kept, what was found, and the shortest cases of new places."""
    found = [path.read_bytes() for path in Path(folder, "findings").glob("*.case")]
    cases = (path.read_bytes() for path in Path(folder, "cases").iterdir())
    short = [case for case in sorted(cases, key=len) if len(case) <= KEPT_BYTES_MAX]
    write_cases(name, [*read_cases(name), *found, *short[:KEPT_CASES_MAX]])


def _fuzz(name: str, minutes: float, folder: Path) -> None:
    """Run libFuzzer, which ends the process."""
    # mypy does not know it: few machines have it
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(
        include=["udfs", "extraction_watch.inputs"], exclude=COMPILED
    ):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    told: set[str] = set()

    def run(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} in {place.name}:{place.lineno}"
            if what in told:
                return
            told.add(what)
            path = folder / "findings" / f"{len(told)}"
            path.with_suffix(".case").write_bytes(data)
            path.with_suffix(".txt").write_text(
                f"{what}: {str(error)[:300]!r}\n  case: {data!r}\n", "utf-8"
            )

    options = [
        f"-max_len={CASE_BYTES_MAX}",
        f"-rss_limit_mb={MEMORY_MB_MAX}",
        f"-max_total_time={round(60 * minutes)}",
        "-print_final_stats=1",
        f"-artifact_prefix={folder}/findings/",
    ]
    atheris.Setup([sys.argv[0], *options, str(folder / "cases")], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
