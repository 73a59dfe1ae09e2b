"""Worlds by name, and campaigns drawn by seed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tests.worlds.config import CAPABILITIES, Campaign, WorldConfig

PRESETS: dict[str, WorldConfig] = {
    "small": WorldConfig(
        population=250,
        days=10,
        volume=0.7,
        campaigns=(
            Campaign(
                "amber",
                1,
                12,
                900,
                ("chain_of_thought",),
                ban_rate=0.04,
                text_share=0.7,
            ),
            Campaign(
                "birch",
                3,
                14,
                700,
                ("rubric_grading", "data_analysis"),
                pivots=True,
                ban_rate=0.03,
                text_share=0.7,
                replacement_hours=3,
            ),
        ),
    ),
    "demo": WorldConfig(
        population=1500,
        days=21,
        volume=0.8,
        campaigns=(
            Campaign("amber", 0, 40, 4500, ("chain_of_thought",), ban_rate=0.02),
            Campaign(
                "birch",
                1,
                40,
                4000,
                ("rubric_grading", "pairwise_judging"),
                pivots=True,
                ban_rate=0.02,
                start_day=3,
                languages=("en", "zh"),
            ),
            Campaign(
                "cedar",
                3,
                45,
                4000,
                ("explain_answer", "data_analysis"),
                pivots=True,
                ban_rate=0.015,
                start_day=2,
                text_share=0.6,
            ),
        ),
    ),
    # Weights are fitted on it.
    "calibration": WorldConfig(
        population=5000,
        days=30,
        campaigns=(
            Campaign("amber", 0, 60, 6000, ("chain_of_thought",)),
            Campaign("birch", 1, 100, 9000, ("coding", "agentic_tools"), pivots=True),
            Campaign("cedar", 2, 80, 5000, ("rubric_grading", "pairwise_judging")),
            Campaign("dogwood", 3, 110, 7000, ("explain_answer",), pivots=True),
            Campaign("elder", 3, 70, 4500, ("plain_instructions",)),
            Campaign("fir", 5, 60, 3500, ("safe_rewriting",), pivots=True),
        ),
    ),
    # Weights and thresholds are judged on it; nothing is fitted or tuned on it.
    "judgement": WorldConfig(
        population=5500,
        days=35,
        campaigns=(
            Campaign("aspen", 0, 50, 4000, ("explain_answer",)),
            Campaign("beech", 1, 80, 7000, ("instruction_generation",)),
            Campaign("cherry", 2, 70, 4500, ("data_analysis",)),
            Campaign("damson", 3, 90, 6000, ("coding",)),
            Campaign("ebony", 3, 70, 4500, ("plain_instructions",)),
            Campaign("fig", 4, 40, 4000, ("pairwise_judging",)),
            Campaign("ginkgo", 5, 60, 4000, ("chain_of_thought",)),
        ),
    ),
}
# Presets whose campaigns are drawn anew for each seed; each has a number of its own, so
# that the same seed never gives the same campaigns in both.
VARIED = {"calibration": 1, "judgement": 2}
_MIX = {0: (0.0, 0.0), 1: (0.0, 0.0), 2: (0.0, 0.15), 3: (0.3, 0.75), 4: (0.1, 0.4)}
_MIX[5] = (0.55, 0.85)


def world_config(preset: str, seed: int) -> WorldConfig:
    """The world of a preset and a seed."""
    config = replace(PRESETS[preset], seed=seed)
    return vary(config, VARIED[preset]) if preset in VARIED else config


def vary(config: WorldConfig, salt: int = 0) -> WorldConfig:
    """Draw the campaigns of a world anew from its seed.

    They keep name and level, and plain instructions stay what they are; capabilities,
    size of the pool, requests per head, start, length, ramp, innocent traffic, bans and
    hand-over are drawn from ranges.
    """
    rng = np.random.default_rng([20260102, config.seed, salt])
    campaigns = [_drawn(one, config.days, rng) for one in config.campaigns]
    return replace(config, campaigns=tuple(campaigns))


def _drawn(campaign: Campaign, days: int, rng: np.random.Generator) -> Campaign:
    def about(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    is_plain = campaign.capabilities == ("plain_instructions",)
    others = [name for name in CAPABILITIES if name != "plain_instructions"]
    kinds = rng.choice(others, int(rng.integers(1, 4)), replace=False)
    accounts = round(about(30, 140))
    length = about(7, days - 1)
    return replace(
        campaign,
        accounts=accounts,
        requests=round(accounts * about(20, 130)),
        capabilities=campaign.capabilities if is_plain else tuple(map(str, kinds)),
        start_day=round(float(rng.uniform(0.5, max(days - length, 1.0))), 2),
        days=round(length, 2),
        ramp_hours=round(about(2, 72), 2),
        mix_share=round(float(rng.uniform(*_MIX[campaign.level])), 3),
        ban_rate=round(about(0.003, 0.03), 4),
        replacement_hours=round(about(1.5, 24), 2),
        hands_on=bool(rng.random() < 0.7),
        pivots=bool(rng.random() < 0.5),
        time_zone=int(rng.integers(-8, 10)),
        skeletons=round(about(1, 20)),
    )


def ladder(
    rungs: Sequence[tuple[int, float, int]],
    seed: int = 1,
    population: int = 5000,
    days: int = 35,
    requests_per_head: int = 60,
) -> WorldConfig:
    """One world with a campaign per rung: level, share of innocent traffic, pool.

    The campaigns start one after the other over the first 60% of the log and work for
    the 40% after; capabilities take turns.
    """
    campaigns = tuple(
        Campaign(
            f"rung-{place + 1}-level-{level}-mix-{round(100 * mix)}-heads-{accounts}",
            level,
            accounts,
            accounts * requests_per_head,
            (CAPABILITIES[place % len(CAPABILITIES)],),
            start_day=round(0.5 + (0.6 * days - 0.5) * place / len(rungs), 2),
            days=round(0.4 * days, 2),
            mix_share=mix,
        )
        for place, (level, mix, accounts) in enumerate(rungs)
    )
    return WorldConfig(seed=seed, population=population, days=days, campaigns=campaigns)
