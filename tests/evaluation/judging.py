"""Tables of the product's figures on judgement worlds."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from tests.evaluation.builds import BuiltWorld
from tests.evaluation.judgement import Judgement
from tests.evaluation.markdown import UNKNOWN, share, table
from tests.evaluation.metrics import Figures, judge

JUDGED_LEVELS = range(4)
Figure = Callable[[Figures], float | None]
# What is averaged over worlds and levels, and printed with how many digits.
_COLUMNS: tuple[tuple[str, Figure, int], ...] = (
    ("recall@fpr0.1%", lambda one: one.recall, 3),
    ("precision", lambda one: one.decided_precision, 3),
    ("recall", lambda one: one.decided_recall, 3),
    ("pair f1", lambda one: one.pair_f1, 3),
    ("wrong clusters", lambda one: float(one.wrong_clusters), 1),
    ("ece", lambda one: one.calibration_error, 4),
    ("share mae", lambda one: one.share_error, 3),
)


_WHOLE = (
    "seed",
    "recall@fpr0.1%",
    "with text",
    "ap",
    "ece",
    "decided wrongly",
    "mrr",
    "pool@1",
    "called heirs",
    "pivots",
    "false pivots",
)


def figures_by_level(world: BuiltWorld, said: Judgement) -> dict[int, Figures]:
    """Figures of a detector as if campaigns of one level only had been in the log."""
    truth = world.truth
    levels = np.unique(truth.level[truth.is_extraction]).tolist()
    found = {}
    for level in levels:
        kept = ~truth.is_extraction | (truth.level == level)
        found[level] = judge(truth.only(kept), said.only(kept), world.base_rate)
    return found


def level_table(worlds: Sequence[dict[int, Figures]]) -> str:
    """Means over worlds by level, and over levels 0 to 3."""
    levels = sorted({level for world in worlds for level in world})
    rows = [
        _row(str(level), [world[level] for world in worlds if level in world])
        for level in levels
    ]
    judged = [world[one] for one in JUDGED_LEVELS for world in worlds if one in world]
    if judged:
        rows.append(_row("0 to 3", judged))
    heads = [name for name, _, _ in _COLUMNS]
    return table(("level", "campaigns found", *heads), rows)


def whole_table(worlds: Sequence[BuiltWorld]) -> str:
    """One row per world, all levels together: what the table by level cannot show."""
    rows = []
    for world in worlds:
        one = judge(world.truth, world.judgement, world.base_rate)
        heirs, pivots = one.successors, one.pivots
        rows.append(
            (
                str(world.config.seed),
                share(one.recall, 3),
                share(one.recall_with_text, 3),
                share(one.average_precision, 3),
                share(one.calibration_error, 4),
                f"{one.wrongly_decided}/{int((~world.truth.is_extraction).sum())}",
                share(heirs.reciprocal_rank if heirs else None, 3),
                share(heirs.pool_hit if heirs else None, 3),
                share(heirs.called_heirs if heirs else None, 5),
                f"{pivots.found} of {pivots.campaigns}" if pivots else UNKNOWN,
                str(pivots.false) if pivots else UNKNOWN,
            )
        )
    return table(_WHOLE, rows)


def persona_table(worlds: Sequence[BuiltWorld]) -> str:
    """Benign personas of which somebody was decided wrongly, over all worlds."""
    wrong, size = Counter[str](), Counter[str]()
    for world in worlds:
        said = judge(world.truth, world.judgement, world.base_rate)
        for name, (errors, accounts) in said.personas.items():
            wrong[name] += errors
            size[name] += accounts
    rows = [
        (name, str(wrong[name]), str(size[name]))
        for name in sorted(size)
        if wrong[name]
    ]
    rows.append(("all", str(wrong.total()), str(size.total())))
    return table(("persona", "decided wrongly", "accounts"), rows)


def _row(name: str, figures: Sequence[Figures]) -> tuple[str, ...]:
    found = sum(one.found for one in figures)
    campaigns = sum(one.campaigns for one in figures)
    cells = [_mean(figures, get, digits) for _, get, digits in _COLUMNS]
    return (name, f"{found} of {campaigns}", *cells)


def _mean(figures: Sequence[Figures], get: Figure, digits: int) -> str:
    known = [value for value in map(get, figures) if value is not None]
    return share(float(np.mean(known)), digits) if known else UNKNOWN
