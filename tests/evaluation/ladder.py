"""The ladder of evasion: a campaign per level, mixing and size of the pool."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from tests.evaluation.grouping import homes
from tests.evaluation.judgement import Judgement
from tests.evaluation.markdown import share, table
from tests.evaluation.ranking import recall_at
from tests.evaluation.truth import Truth
from tests.worlds.config import WorldConfig
from tests.worlds.presets import ladder

LADDER_LEVELS = range(6)
LADDER_MIXES = (0.0, 0.25, 0.5, 0.75, 0.9)
HARDEST = (5, 0.5)
"""Level and mixing at which pools of 50 and more are still to be found."""
# A world of more heads than this would have more pools than people.
_WORLD_HEADS = 2000
_POPULATION = 5000
_BENIGN_PER_HEAD = 3
_REQUESTS_PER_HEAD = 100  # that extract; innocent ones come on top


@dataclass(frozen=True)
class Rung:
    """One campaign of the ladder, and what became of it."""

    level: int
    mix: float
    heads: int  # accounts at a time
    recall: float  # at 0.1% of the benign accounts of its world
    decided: float
    is_found: bool


def ladder_worlds(
    pool_accounts: int, mixes: Sequence[float], first_seed: int
) -> tuple[WorldConfig, ...]:
    """Worlds that hold every level at every mixing once, in pools of one size.

    All levels at one mixing stay together; there are as many worlds, of seeds from
    `first_seed` on, as keep pools from crowding out the people.
    """
    heads = pool_accounts * len(LADDER_LEVELS)
    mixes_per_world = max(1, _WORLD_HEADS // heads)
    parts = [
        mixes[first : first + mixes_per_world]
        for first in range(0, len(mixes), mixes_per_world)
    ]
    return tuple(
        ladder_world(
            [
                (level, mix, pool_accounts)
                for mix, level in product(part, LADDER_LEVELS)
            ],
            first_seed + number,
        )
        for number, part in enumerate(parts)
    )


def ladder_world(rungs: Sequence[tuple[int, float, int]], seed: int) -> WorldConfig:
    """A world with a campaign per rung: level, share of innocent traffic, pool.

    Their order, by which they get their task and their first day, is drawn.
    """
    heads = sum(accounts for _, _, accounts in rungs)
    order = np.random.default_rng(seed).permutation(len(rungs)).tolist()
    return ladder(
        [rungs[place] for place in order],
        seed=seed,
        population=max(_POPULATION, _BENIGN_PER_HEAD * heads),
        requests_per_head=_REQUESTS_PER_HEAD,
    )


def climb(truth: Truth, said: Judgement, config: WorldConfig) -> list[Rung]:
    """What became of each campaign of a ladder's world."""
    home = homes(truth, said)
    rungs = []
    for campaign in config.campaigns:
        ours = truth.is_extraction & (truth.group == campaign.name)
        seen = ours | ~truth.is_extraction
        rungs.append(
            Rung(
                level=campaign.level,
                mix=campaign.mix_share or 0.0,
                heads=campaign.accounts,
                recall=recall_at(ours[seen], said.score[seen], 0.001),
                decided=float(said.decided[ours].mean()),
                is_found=home[campaign.name].is_found,
            )
        )
    return rungs


def ladder_table(rungs: Sequence[Rung]) -> str:
    """Levels down, mixing across: recall at 0.1% false positives / share decided.

    A star marks campaigns that were found whole and pure.
    """
    mixes = sorted({rung.mix for rung in rungs})
    by_place = {(rung.level, rung.mix): rung for rung in rungs}
    rows = []
    for level in sorted({rung.level for rung in rungs}):
        cells = [_cell(by_place[level, mix]) for mix in mixes]
        rows.append((str(level), *cells))
    return table(("level", *(f"{mix:.0%} mixed in" for mix in mixes)), rows)


def hardest_table(rungs: Sequence[Rung]) -> str:
    """Several campaigns at one place of the ladder, by size of their pool."""
    rows = []
    for heads in sorted({rung.heads for rung in rungs}):
        some = [rung for rung in rungs if rung.heads == heads]
        rows.append(
            (
                str(heads),
                str(len(some)),
                share(float(np.mean([rung.recall for rung in some])), 3),
                share(min(rung.recall for rung in some), 3),
                share(float(np.mean([rung.decided for rung in some])), 3),
                str(sum(rung.is_found for rung in some)),
            )
        )
    heads_of = ("pool", "campaigns", "recall@fpr0.1%", "the worst", "decided", "found")
    return table(heads_of, rows)


def mean_recall(rungs: Sequence[Rung], level: int) -> float:
    """Mean recall at 0.1% false positives of a level's rungs."""
    return float(np.mean([rung.recall for rung in rungs if rung.level == level]))


def _cell(rung: Rung) -> str:
    star = " *" if rung.is_found else ""
    return f"{share(rung.recall)} / {share(rung.decided)}{star}"
