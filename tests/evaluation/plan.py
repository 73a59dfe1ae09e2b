"""Which worlds are judged. Their seeds are never used to fit weights or thresholds."""

from dataclasses import dataclass, replace

from tests.evaluation.ladder import LADDER_MIXES, ladder_worlds
from tests.worlds.config import Campaign, WorldConfig
from tests.worlds.presets import PRESETS

HELD_OUT_SEED = 100
"""Seeds from here on are for judging only; fits use lower ones."""
JUDGEMENT_PRESET = "dev_like"
_JUDGEMENT_SEEDS = (100, 101, 102)
_LADDER_SEEDS = {10: 200, 50: 220, 200: 240, 2000: 260}
_BASE_RATE_SEED = 300
_QUICK_SIZES = (10, 50, 200)


@dataclass(frozen=True)
class Plan:
    """Worlds by what they are for; `ladders` by size of the pools."""

    judgement: tuple[WorldConfig, ...]
    ladders: dict[int, tuple[WorldConfig, ...]]
    base_rate: WorldConfig | None = None
    is_with_peers: bool = False

    def __post_init__(self) -> None:
        worlds = [*self.judgement, *(w for some in self.ladders.values() for w in some)]
        worlds += [self.base_rate] if self.base_rate else []
        seeds = [world.seed for world in worlds]
        if min(seeds, default=HELD_OUT_SEED) < HELD_OUT_SEED:
            raise ValueError(f"seeds below {HELD_OUT_SEED} are for fitting")
        if len(set(seeds)) < len(seeds):
            raise ValueError("two worlds have one seed")


def usual_plan(is_full: bool, is_with_peers: bool) -> Plan:
    """What `make evaluate` judges; a full one adds the largest pools and the crowd."""
    sizes = tuple(_LADDER_SEEDS) if is_full else _QUICK_SIZES
    preset = PRESETS[JUDGEMENT_PRESET]
    return Plan(
        judgement=tuple(replace(preset, seed=seed) for seed in _JUDGEMENT_SEEDS),
        ladders={
            size: ladder_worlds(size, LADDER_MIXES, _LADDER_SEEDS[size])
            for size in sizes
        },
        base_rate=crowd() if is_full else None,
        is_with_peers=is_with_peers,
    )


def crowd(population: int = 200_000) -> WorldConfig:
    """A world with one account of a campaign in about 1,000 accounts."""
    heads = population // 1000 // 4
    names = ("amber", "birch", "cedar", "dogwood")
    work = ("chain_of_thought", "coding", "rubric_grading", "explain_answer")
    return WorldConfig(
        seed=_BASE_RATE_SEED,
        population=population,
        days=28,
        campaigns=tuple(
            Campaign(name, level, heads, heads * 100, (task,), ban_rate=0.006)
            for level, (name, task) in enumerate(zip(names, work, strict=True))
        ),
    )
