"""The parts of the evaluation: each judges worlds and gives a block of the page."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.evaluation.ablation import (
    Ablation,
    ablate,
    direction_table,
    effect_table,
    read_caps,
)
from tests.evaluation.builds import BuiltWorld, build
from tests.evaluation.costs import Cost, cost_table, costs, mix_table
from tests.evaluation.crowd import band_table
from tests.evaluation.judging import (
    figures_by_level,
    level_table,
    persona_table,
    whole_table,
)
from tests.evaluation.ladder import Rung, climb, hardest_table, ladder_table
from tests.evaluation.plan import Plan
from tests.worlds.config import WorldConfig

Section = tuple[str, str]
"""Name of a block of docs/evaluation.md, and its text."""
_WEIGHED_POOLS = 50
"""Size of the pools of the ladder that the ablation looks at as well."""


def sections(plan: Plan, folder: Path, reuse: bool, keep: bool) -> Iterator[Section]:
    """Judge all worlds of a plan, built below `folder`, block by block.

    With `reuse` finished builds are taken as they are; without `keep` the ladder's are
    deleted one by one, because together they are large. Raises RunError, JudgementError
    and AblationError.
    """
    ablations: list[Ablation] = []
    caps = read_caps()
    judged = [
        build(f"judgement-{config.seed}", config, folder, reuse)
        for config in plan.judgement
    ]
    if judged:
        yield "judgement", _judgement(judged)
        ablations += [ablate(one, caps) for one in judged]
    if judged and plan.is_with_peers:
        yield "peers", _peers(judged)
    rungs: list[Rung] = []
    paid: list[Cost] = []
    for pool, configs in plan.ladders.items():
        climbed: list[Rung] = []
        for config in configs:
            world = build(f"ladder-{config.seed}", config, folder, reuse)
            climbed += climb(world.truth, world.judgement, config)
            paid += costs(world)
            if pool == _WEIGHED_POOLS:
                ablations.append(ablate(world, caps))
            if not keep:
                shutil.rmtree(world.folder)
        rungs += climbed
        yield f"ladder-{pool}", f"{_worlds(configs)}\n\n{ladder_table(climbed)}"
    if rungs:
        yield "cost", _cost(paid, rungs)
    if ablations:
        tables = f"{effect_table(ablations)}\n\n{direction_table(ablations)}"
        yield "ablation", f"Worlds by seed.\n\n{tables}"
    if plan.hardest:
        world = build(f"hardest-{plan.hardest.seed}", plan.hardest, folder, reuse)
        climbed = climb(world.truth, world.judgement, plan.hardest)
        yield "hardest", f"{_worlds([plan.hardest])}\n\n{hardest_table(climbed)}"
    if plan.crowd:
        world = build(f"crowd-{plan.crowd.seed}", plan.crowd, folder, reuse)
        yield "crowd", f"{_worlds([plan.crowd])}\n\n{band_table(world)}"


def _judgement(worlds: Sequence[BuiltWorld]) -> str:
    parts = (
        _worlds(world.config for world in worlds),
        level_table([figures_by_level(one, one.judgement) for one in worlds]),
        whole_table(worlds),
        persona_table(worlds),
    )
    return "\n\n".join(parts)


def _peers(worlds: Sequence[BuiltWorld]) -> str:
    # Its packages are not part of the product's environment.
    from tests.evaluation.peers.comparison import compare, comparison_table

    table = comparison_table([compare(world) for world in worlds])
    return f"{_worlds(world.config for world in worlds)}\n\n{table}"


def _cost(paid: Sequence[Cost], rungs: Sequence[Rung]) -> str:
    pools = ", ".join(f"{heads:,}" for heads in sorted({one.heads for one in paid}))
    return (
        f"All campaigns of the ladder; pools of {pools}.\n\n"
        f"{cost_table(paid, rungs)}\n\n{mix_table(paid)}"
    )


def _worlds(configs: Iterable[WorldConfig]) -> str:
    """Which worlds a block speaks of."""
    known = list(configs)
    seeds = ", ".join(str(config.seed) for config in known)
    benign = ", ".join(f"{n:,}" for n in sorted({one.population for one in known}))
    return f"Seeds: {seeds}. Benign accounts in each: about {benign}."
