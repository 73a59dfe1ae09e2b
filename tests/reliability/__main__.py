"""`python -m tests.reliability [--only PART ...] [--kills 30] [--seed 1]`

Disturbs runs over a small world in every way, checks after each that what is published
is whole and that the next run ends with the tables of an undisturbed one, and prints a
table of counts. Exit code 1 where one of them was not. Takes about an hour.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.reliability.kills import (
    Tally,
    kills_at_every_step,
    orphans,
    random_kills,
)
from tests.reliability.readers import watched_runs
from tests.reliability.scene import Scene, prepare
from tests.reliability.shortages import (
    Shortages,
    disk_full,
    failing_check,
    memory_limits,
)

ORPHANS = 3
NOTES_SHOWN = 10
PARTS = ("kills", "steps", "orphans", "disk", "memory", "check", "readers")


def main() -> int:
    """Run the parts that were asked for and print what they found."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--kills", type=int, default=30, help="at random moments")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="for temporary files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as fresh:
        passed = []
        if set(options.only) - {"readers"}:
            scene = prepare(Path(fresh, "scene"))
            passed = [_show(name, tally) for name, tally in _tallies(scene, options)]
        if "readers" in options.only:
            passed.append(_show_readers(Path(fresh, "readers")))
    return 0 if all(passed) else 1


def _tallies(scene: Scene, options: argparse.Namespace) -> Iterator[tuple[str, Tally]]:
    if "kills" in options.only:
        for name, tally in random_kills(scene, options.kills, options.seed):
            yield f"killed at random: {name}", tally
    if "steps" in options.only:
        yield "killed at every step of a publication", kills_at_every_step(scene)
    if "orphans" in options.only:
        yield "killed without its dbt", orphans(scene, ORPHANS, options.seed)
    if "disk" in options.only:
        how, shortages = disk_full(scene)
        yield f"disk full ({how})", shortages
    if "memory" in options.only:
        for how, shortages in memory_limits(scene):
            yield f"out of memory ({how})", shortages
    if "check" in options.only:
        yield "failing check", failing_check(scene)


def _show(name: str, tally: Tally) -> bool:
    """Print one row: disturbed, published state whole, next run equal."""
    codes = ""
    if isinstance(tally, Shortages):
        times = Counter(tally.codes).items()
        codes = ", exit codes " + ", ".join(f"{c} x {n}" for c, n in sorted(times))
        codes += f", {tally.in_publication} in publication"
    print(
        f"| {name}{codes} | {tally.kills} | {tally.whole} | {tally.equal} |", flush=True
    )
    for note in tally.notes[:NOTES_SHOWN]:
        print(f"    {note}", flush=True)
    return tally.passed and tally.kills > 0


def _show_readers(folder: Path) -> bool:
    reading = watched_runs(folder)
    print(f"readers: {reading.runs} whole runs, {len(reading.versions)} versions seen")
    for kind, sessions in sorted(reading.sessions.items()):
        print(f"| {kind} | {sessions} sessions | {reading.queries[kind]} queries |")
    print(f"errors: {len(reading.errors)}, mixed states: {len(reading.mixed)}")
    for note in [*reading.errors, *reading.mixed][:NOTES_SHOWN]:
        print(f"    {note}")
    return reading.passed


if __name__ == "__main__":
    sys.exit(main())
