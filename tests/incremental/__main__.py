"""Draw histories and play them: `python -m tests.incremental --examples 20`.

Prints a line for each history. Ends with 1 where any table of any history, built step
by step, differs from the same table built from all files at once.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.incremental.histories import History, World3, histories
from tests.incremental.replay import TABLES, Replay
from tests.worlds.presets import PRESETS
from tests.worlds.world import generate


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

        @seed(options.seed)
        @settings(
            max_examples=options.examples,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(histories())
        def play(history: History) -> None:
            nonlocal wrong, steps
            started = time.monotonic()
            found = replay.differences(history)
            steps += history.steps
            wrong += bool(found)
            took = time.monotonic() - started
            formats = sorted({day.log_format for day in history.days})
            counts = replay.counts()
            print(
                f"{'differs' if found else 'equal'}: {history.steps} steps, "
                f"{', '.join(formats)}, {len(history.extras)} extra files, "
                f"{len(history.losses)} lost, {counts['clusters']} clusters, "
                f"{counts['requests_rejected']} rejected, {took:.0f} s",
                flush=True,
            )
            if found:
                print(history, *found, sep="\n  ", flush=True)

        play()
    print(
        f"{options.examples} histories of {steps} steps in all, {len(TABLES)} tables: "
        f"{wrong} differ"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
