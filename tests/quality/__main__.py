"""Measures the quality layer: python -m tests.quality [--seeds 32 33] [--folder DIR]

Prints what is found in wrecked inputs, how many innocents each would have tied together
without the rule, and what is found in healthy inputs that look odd.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

from tests.evaluation.markdown import table
from tests.quality.played_world import (
    Outcome,
    PlayedWorld,
    is_right,
    judged,
)
from tests.quality.wrecks import HEALTHY, WRECKS, Case
from tests.worlds.presets import world_config

DAYS = 25
TYING = [case for case in WRECKS if case.ties]
TIES = ("innocents in clusters, if it were used", "as it is")
ENDS = (time(0, 20), time(3), time(12), time.max)


def main() -> int:
    """Play all cases on the worlds of the seeds and print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.quality", description=__doc__
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[32, 33])
    parser.add_argument("--folder", type=Path, help="keep the worlds here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        worlds = [
            PlayedWorld(
                replace(world_config("demo", seed), days=DAYS),
                folder / f"world-{seed}",
            )
            for seed in options.seeds
        ]
        are_right = [print_wrecks(worlds), print_healthy(worlds), print_cuts(worlds)]
    return 0 if all(are_right) else 1


def print_wrecks(worlds: Sequence[PlayedWorld]) -> bool:
    """One row per wreck; whether each was found in every world."""
    rows, all_right = [], True
    usual = {end: _innocents(worlds, end) for end in {one.until for one in TYING}}
    for case in WRECKS:
        outcomes = [judged(world, case, with_ties=True) for world in worlds]
        right = sum(is_right(case, outcome) for outcome in outcomes)
        all_right &= right == len(worlds)
        ties = ["-", "-"]
        if case.ties:
            ties = [
                f"{_sum(outcomes, name) - usual[case.until]:+}"
                for name in ("tied_without", "tied")
            ]
        found = f"{right} of {len(worlds)}"
        rows.append((case.name, case.seen, found, _ending(outcomes[0]), *ties))
    heads = ("wreck", "finding", "found", "what follows", *TIES)
    print(table(heads, rows), end="\n\n", flush=True)
    return all_right


def print_healthy(worlds: Sequence[PlayedWorld]) -> bool:
    """One row per healthy input; whether nothing was found in any."""
    rows, all_right = [], True
    for case in HEALTHY:
        outcomes = [judged(world, case, with_ties=False) for world in worlds]
        all_right &= all(is_right(case, outcome) for outcome in outcomes)
        reasons = [reason for outcome in outcomes for reason in outcome.reasons]
        rows.append((case.name, "; ".join(reasons) or "nothing"))
    print(table(("healthy input", "found"), rows), end="\n\n", flush=True)
    return all_right


def print_cuts(worlds: Sequence[PlayedWorld]) -> bool:
    """Healthy logs that end on any day, at several times: how often something is found
    on that day."""
    played, wrong = 0, []
    for world in worlds:
        for days_before in range(DAYS - 2):
            day = world.last_day - timedelta(days=days_before)
            for end in ENDS:
                world.play(Case("", until=end), day)
                played += 1
                reasons = world.outcome().reasons
                wrong += [one for one in reasons if one.startswith(str(day))]
    print(f"{played} healthy logs that end on any day: {len(wrong)} findings on it")
    print(*wrong, sep="\n")
    return not wrong


def _innocents(worlds: Sequence[PlayedWorld], end: time) -> int:
    """Innocents in clusters of unchanged logs that end at this time of the day."""
    for world in worlds:
        world.play(Case("", until=end), with_clusters=True)
    return sum(world.innocents_in_clusters() for world in worlds)


def _sum(outcomes: Sequence[Outcome], name: str) -> int:
    return sum(getattr(outcome, name) or 0 for outcome in outcomes)


def _ending(outcome: Outcome) -> str:
    """What becomes of a run, in words."""
    if outcome.stops:
        return "nothing is published"
    if outcome.neutralised:
        return "published without the column"
    if all(finding.startswith("drifted") for finding in outcome.found):
        return "published, warning"
    return "published, scores marked"


if __name__ == "__main__":
    raise SystemExit(main())
