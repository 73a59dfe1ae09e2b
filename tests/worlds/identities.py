"""How much the operator of a campaign hides, level by level."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """Identities of a pool. Counts "per" something of 0 mean: one of its own each."""

    heads_per_payment: int
    heads_per_device: int
    heads_per_exit: float
    exits_per_head: int
    exit_reuse: float  # share of heads that borrow the exit of another one
    exit_kinds: tuple[str, ...]  # hosting, home
    clients: int  # user agents in all
    aged_share: float  # heads whose account is months old
    mix_share: float
    own_style: float  # share of heads with parameters and system prompt of their own
    evenness: float  # sigma of the logarithm of the heads' shares
    has_jobs: bool  # works in jobs of some hours, all heads together
    is_sliced: bool
    passes_identity: bool  # a new head may take over device and exit
    hours: str
    channels: tuple[float, ...]
    pathways: tuple[float, ...]
    no_payment: float = 0.05
    gives_device: float = 0.7
    variants: int = 2  # layouts of each skeleton


_ONE = (1.0, 0.0, 0.0, 0.0, 0.0)
_MIXED = (0.55, 0.03, 0.18, 0.12, 0.12)
LEVELS: tuple[Level, ...] = (
    Level(
        20,
        10**6,
        12.0,
        3,
        0.0,
        ("hosting",),
        1,
        0.0,
        0.0,
        0.0,
        0.0,
        True,
        False,
        True,
        "round_the_clock",
        _ONE,
        (0.1, 0.0, 0.9, 0.0, 0.0),
        variants=1,
    ),
    Level(
        5,
        5,
        3.0,
        3,
        0.0,
        ("hosting",),
        2,
        0.0,
        0.0,
        0.1,
        0.05,
        True,
        False,
        True,
        "round_the_clock",
        _ONE,
        (0.4, 0.2, 0.4, 0.0, 0.0),
    ),
    Level(
        2,
        1,
        1.0,
        2,
        0.1,
        ("hosting", "home"),
        4,
        0.2,
        0.05,
        0.3,
        0.1,
        True,
        False,
        True,
        "round_the_clock",
        (0.75, 0.0, 0.25, 0.0, 0.0),
        (0.6, 0.2, 0.1, 0.1, 0.0),
    ),
    Level(
        0,
        0,
        0.5,
        2,
        0.15,
        ("hosting", "home"),
        6,
        0.6,
        0.5,
        0.5,
        0.15,
        True,
        False,
        True,
        "day",
        _MIXED,
        (0.75, 0.1, 0.1, 0.05, 0.0),
        variants=3,
    ),
    Level(
        0,
        0,
        0.5,
        2,
        0.03,
        ("home",),
        30,
        0.85,
        0.25,
        0.8,
        0.3,
        False,
        False,
        False,
        "office",
        _MIXED,
        (0.9, 0.04, 0.04, 0.02, 0.0),
        variants=4,
    ),
    Level(
        0,
        0,
        0.5,
        2,
        0.0,
        ("home",),
        60,
        1.0,
        0.75,
        1.0,
        0.35,
        False,
        True,
        False,
        "office",
        _MIXED,
        (0.92, 0.03, 0.03, 0.02, 0.0),
        gives_device=0.5,
        variants=4,
    ),
)
