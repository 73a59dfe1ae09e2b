"""The ladder of evasion: levels, mixing and sizes of the pool, one campaign for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from tests.evaluation.grouping import homes
from tests.evaluation.judgement import Judgement
from tests.evaluation.markdown import share, table
from tests.evaluation.ranking import recall_at
from tests.evaluation.truth import Truth
from tests.worlds.config import Campaign, WorldConfig

LADDER_LEVELS = range(6)
LADDER_MIXES = (0.0, 0.25, 0.5, 0.75, 0.9)
# A world of more heads than this would have more pools than people.
_WORLD_HEADS = 2000
_POPULATION = 5000
_BENIGN_PER_HEAD = 3
_DAYS = 28
_REQUESTS_PER_HEAD = 100  # that extract; innocent ones come on top
_WORK = (
    ("chain_of_thought",),
    ("rubric_grading", "pairwise_judging"),
    ("coding", "agentic_tools"),
    ("explain_answer", "data_analysis"),
    ("instruction_generation",),
    ("safe_rewriting",),
)
_LANGUAGES = (("en",), ("en", "zh"), ("en", "de", "es"))


@dataclass(frozen=True)
class Rung:
    """One campaign of the ladder, and what became of it."""

    level: int
    mix: float
    recall: float  # at 0.1% of the benign accounts of its world
    decided: float
    is_found: bool


def campaign_name(level: int, mix: float) -> str:
    """Name by which a rung is known in its world."""
    return f"level{level}_mix{round(100 * mix)}"


def ladder_worlds(
    pool_accounts: int, mixes: Sequence[float], first_seed: int
) -> tuple[WorldConfig, ...]:
    """Worlds that hold every level at every mixing once, in pools of one size.

    Whole levels at one mixing stay together; there are as many worlds, of seeds from
    `first_seed` on, as keep pools from crowding out the people.
    """
    heads = pool_accounts * len(LADDER_LEVELS)
    mixes_per_world = max(1, _WORLD_HEADS // heads)
    parts = [
        mixes[first : first + mixes_per_world]
        for first in range(0, len(mixes), mixes_per_world)
    ]
    return tuple(
        WorldConfig(
            seed=first_seed + number,
            population=max(_POPULATION, _BENIGN_PER_HEAD * heads * len(part)),
            days=_DAYS,
            campaigns=tuple(
                _rung(level, mix, pool_accounts)
                for mix, level in product(part, LADDER_LEVELS)
            ),
        )
        for number, part in enumerate(parts)
    )


def _rung(level: int, mix: float, pool_accounts: int) -> Campaign:
    turn = level + LADDER_MIXES.index(mix)
    return Campaign(
        campaign_name(level, mix),
        level,
        pool_accounts,
        pool_accounts * _REQUESTS_PER_HEAD,
        _WORK[turn % len(_WORK)],
        start_day=1.0 + turn % 3,
        mix_share=mix,
        ban_rate=0.006,
        pivots=turn % 2 == 0,
        languages=_LANGUAGES[turn % len(_LANGUAGES)],
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


def mean_recall(rungs: Sequence[Rung], level: int) -> float:
    """Mean recall at 0.1% false positives of a level's rungs."""
    return float(np.mean([rung.recall for rung in rungs if rung.level == level]))


def _cell(rung: Rung) -> str:
    star = " *" if rung.is_found else ""
    return f"{share(rung.recall)} / {share(rung.decided)}{star}"
