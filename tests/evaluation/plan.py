"""Which worlds are judged. Their seeds are never used to fit weights or thresholds."""

from dataclasses import dataclass

from tests.evaluation.ladder import (
    HARDEST,
    LADDER_MIXES,
    ladder_world,
    ladder_worlds,
)
from tests.worlds.config import Campaign, WorldConfig
from tests.worlds.presets import world_config

HELD_OUT_SEED = 100
"""Seeds from here on are for judging only; fits use lower ones."""
_JUDGEMENT_SEEDS = (100, 101, 102)
_LADDER_SEEDS = {10: 200, 50: 220, 200: 240, 2000: 260}
_HARDEST_SEED = 280
_HARDEST_POOLS = (50, 50, 50, 50, 200, 200)
_CROWD_SEED = 300
_QUICK_SIZES = (10, 50, 200)


@dataclass(frozen=True)
class Plan:
    """Worlds by what they are for; `ladders` by size of the pools."""

    judgement: tuple[WorldConfig, ...]
    ladders: dict[int, tuple[WorldConfig, ...]]
    hardest: WorldConfig | None = None
    crowd: WorldConfig | None = None
    is_with_peers: bool = False

    def __post_init__(self) -> None:
        worlds = [*self.judgement, *(w for some in self.ladders.values() for w in some)]
        worlds += [world for world in (self.hardest, self.crowd) if world]
        seeds = [world.seed for world in worlds]
        if min(seeds, default=HELD_OUT_SEED) < HELD_OUT_SEED:
            raise ValueError(f"seeds below {HELD_OUT_SEED} are for fitting")
        if len(set(seeds)) < len(seeds):
            raise ValueError("two worlds have one seed")


def usual_plan(is_full: bool, is_with_peers: bool) -> Plan:
    """What `make evaluate` judges; a full one adds the largest pools and the crowd."""
    sizes = tuple(_LADDER_SEEDS) if is_full else _QUICK_SIZES
    return Plan(
        judgement=tuple(world_config("judgement", seed) for seed in _JUDGEMENT_SEEDS),
        ladders={
            size: ladder_worlds(size, LADDER_MIXES, _LADDER_SEEDS[size])
            for size in sizes
        },
        hardest=ladder_world(
            [(*HARDEST, accounts) for accounts in _HARDEST_POOLS], _HARDEST_SEED
        ),
        crowd=crowd() if is_full else None,
        is_with_peers=is_with_peers,
    )


def crowd(population: int = 200_000) -> WorldConfig:
    """A world in which about one account in 1,000 is of a campaign."""
    work = ("chain_of_thought", "coding", "rubric_grading", "explain_answer")
    heads = population // 1000 // (len(work) + 1)
    return WorldConfig(
        seed=_CROWD_SEED,
        population=population,
        days=28,
        campaigns=tuple(
            Campaign(
                f"campaign-{level}", level, heads, 100 * heads, (task,), ban_rate=0.006
            )
            for level, task in zip(
                (0, 1, 2, 3, 5), (*work, "data_analysis"), strict=True
            )
        ),
    )
