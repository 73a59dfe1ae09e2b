"""What a world consists of."""

from dataclasses import dataclass, field
from datetime import datetime

# What a campaign takes; the names are those of `skeletons.CAPABILITIES`.
CAPABILITIES = (
    "chain_of_thought",
    "explain_answer",
    "rubric_grading",
    "pairwise_judging",
    "safe_rewriting",
    "instruction_generation",
    "instruction_evolution",
    "agentic_tools",
    "coding",
    "data_analysis",
    "benchmark",
    "plain_instructions",
)
HOURS = ("round_the_clock", "office", "night", "day")


@dataclass(frozen=True)
class Phase:
    """What a campaign does otherwise from a day on; what is left open stays."""

    day: float  # after the campaign's start
    capabilities: tuple[str, ...] = ()  # in place of those before
    volume: float = 1.0  # factor
    channel: str | None = None  # of all extraction requests


@dataclass(frozen=True)
class Campaign:
    """One operator who extracts the model through a pool of accounts.

    `level` (0 hides nothing .. 5 hides everything but the work itself) sets how
    identities are shared and how old the accounts are; see `identities.LEVELS`. A field
    left at None takes the level's usual value or, where that is a range, is drawn.
    """

    name: str
    level: int
    accounts: int  # heads at a time; replaced ones come on top
    requests: int  # extraction requests; innocent traffic comes on top
    capabilities: tuple[str, ...]
    start_day: float = 1.0
    days: float | None = None  # of work; None: until the end of the log
    ramp_hours: float | None = None  # in which the first heads begin
    mix_share: float | None = None  # share of innocent traffic in all of the pool's
    cover: str | None = None  # whose traffic is mixed in: products, or people
    ban_rate: float = 0.01  # share of the heads banned a day
    replacement_hours: float | None = None  # median delay of a replacement
    hands_on: bool | None = None  # a new head takes over what the one before it had
    is_sliced: bool | None = None  # each head works on its own part of the work list
    in_jobs: bool | None = None  # all heads work for some hours and rest for some
    pivots: bool = False  # moves to the model released in the log's time
    hours: str | None = None
    time_zone: int = 8  # hours ahead of UTC
    text_share: float | None = None  # of the heads that no third party serves
    languages: tuple[str, ...] = ("en",)
    skeletons: int = 2  # different instructions, each around ever-new content
    phase: Phase | None = None  # that follows the first one

    def __post_init__(self) -> None:
        unknown = set(self.all_capabilities) - set(CAPABILITIES)
        if unknown or not self.capabilities:
            raise ValueError(f"campaign {self.name}: capabilities {unknown or 'none'}")
        if self.level not in range(6):
            raise ValueError(f"campaign {self.name}: level {self.level} not in 0..5")
        if self.hours is not None and self.hours not in HOURS:
            raise ValueError(f"campaign {self.name}: hours {self.hours!r}")
        if self.cover not in (None, "products", "people"):
            raise ValueError(f"campaign {self.name}: cover {self.cover!r}")
        if self.mix_share is not None and not 0 <= self.mix_share <= 0.95:
            raise ValueError(f"campaign {self.name}: mix_share {self.mix_share}")
        if self.accounts < 2 or self.requests < self.accounts:
            raise ValueError(f"campaign {self.name}: too few accounts or requests")

    @property
    def all_capabilities(self) -> tuple[str, ...]:
        """Those of the first phase, then those of the second."""
        return self.capabilities + (self.phase.capabilities if self.phase else ())


@dataclass(frozen=True)
class WorldConfig:
    """A whole world; the same configuration gives the same tables.

    `hard_cases` scales the accounts of every persona but the quiet and the individual
    ones; each persona has at least one group in every world.
    """

    seed: int = 1
    population: int = 1500  # benign accounts, about
    days: int = 21
    start: datetime = field(default_factory=lambda: datetime(2026, 3, 2))
    campaigns: tuple[Campaign, ...] = ()
    volume: float = 1.0  # factor on the requests of benign accounts
    hard_cases: float = 1.0
    release_day: float | None = None  # of the new model; 55% of the log's time if None
    wrong_ban_share: float = 0.004  # innocents banned in error over 30 days

    def __post_init__(self) -> None:
        if self.population < 100 or self.days < 3:
            raise ValueError("a world has at least 100 benign accounts and 3 days")
        if len({campaign.name for campaign in self.campaigns}) < len(self.campaigns):
            raise ValueError("campaign names repeat")
