"""Draw histories and play them: `python -m tests.incremental --examples 20`.

Prints a line for each history. Ends with 1 where any table of any history, built step
by step, differs from the same table built from all files at once.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.incremental.histories import History, World3, histories
from tests.incremental.replay import TABLES, Replay
from tests.worlds.presets import PRESETS
from tests.worlds.world import generate

DRAWN = 15


def drawn(number: int) -> History:
    """One history of a seed.

    Hypothesis begins with the simplest and then varies what it drew, so the last of
    some is taken.
    """
    some: list[History] = []

    @seed(number)
    @settings(
        max_examples=DRAWN,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories())
    def draw(history: History) -> None:
        some.append(history)

    draw()
    return some[-1]


def children_seconds() -> float:
    """Processor time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Play as many histories as the command line asks for."""
    arguments = argparse.ArgumentParser(prog="python -m tests.incremental")
    arguments.add_argument("--examples", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    wrong = 0
    steps = 0
    with tempfile.TemporaryDirectory() as folder:
        world = World3(generate(PRESETS["small"]), Path(folder, "world"))
        replay = Replay(world, Path(folder))

        for number in range(options.examples):
            history = drawn(options.seed + number)
            started = time.process_time(), children_seconds()
            found = replay.differences(history)
            steps += history.steps
            wrong += bool(found)
            took = time.process_time() + children_seconds() - sum(started)
            counts = replay.counts()
            print(
                f"{'differs' if found else 'equal'}: seed {options.seed + number}, "
                f"{history}, {counts['clusters']} clusters, "
                f"{counts['requests_rejected']} rejected, {took:.0f} CPU s",
                flush=True,
            )
            for one in found:
                print(f"  {one}", flush=True)
    print(
        f"{options.examples} histories of {steps} steps in all, {len(TABLES)} tables: "
        f"{wrong} differ"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
