"""How much the operator of a campaign hides, level by level."""

from dataclasses import dataclass

Range = tuple[float, float]  # from which a campaign draws its value


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
    unevenness: Range  # sigma of the logarithm of the heads' shares
    jitter: Range  # of the places in a head's queue: 0 is a clock, 8 is chance
    jobs: float  # share of the campaigns that work in jobs of some hours
    slices: float  # share of the campaigns in which each head has its own part
    hours: tuple[str, ...]  # one of them
    third_party: Range  # share of heads on a third party's cloud
    web: float  # share of heads on the web
    pathways: tuple[float, ...]
    no_payment: float = 0.05
    gives_device: Range = (0.2, 0.9)
    device_heirs: Range = (0.0, 0.6)  # share of the heirs that keep the device
    style_heirs: Range = (0.1, 1.0)  # share of the heirs that keep parameters
    text: Range = (0.75, 1.0)  # share of the heads that a third party does not serve
    variants: int = 2  # layouts of each skeleton


_DAYTIME = ("day", "day", "round_the_clock")
_OFFICE = ("day", "day", "office", "round_the_clock")
LEVELS: tuple[Level, ...] = (
    Level(
        heads_per_payment=20,
        heads_per_device=10**6,
        heads_per_exit=12.0,
        exits_per_head=3,
        exit_reuse=0.0,
        exit_kinds=("hosting",),
        clients=1,
        aged_share=0.0,
        mix_share=0.0,
        own_style=0.0,
        unevenness=(0.0, 0.1),
        jitter=(0.3, 3.0),
        jobs=0.15,
        slices=0.3,
        hours=("round_the_clock",),
        third_party=(0.0, 0.0),
        web=0.0,
        pathways=(0.1, 0.0, 0.9, 0.0, 0.0),
        gives_device=(0.3, 1.0),
        device_heirs=(0.7, 1.0),
        style_heirs=(0.8, 1.0),
        variants=1,
    ),
    Level(
        heads_per_payment=5,
        heads_per_device=5,
        heads_per_exit=3.0,
        exits_per_head=3,
        exit_reuse=0.0,
        exit_kinds=("hosting",),
        clients=2,
        aged_share=0.0,
        mix_share=0.0,
        own_style=0.1,
        unevenness=(0.0, 0.15),
        jitter=(0.3, 4.0),
        jobs=0.15,
        slices=0.3,
        hours=("round_the_clock", "round_the_clock", "day"),
        third_party=(0.0, 0.15),
        web=0.0,
        pathways=(0.4, 0.2, 0.4, 0.0, 0.0),
        gives_device=(0.3, 1.0),
        device_heirs=(0.7, 1.0),
        style_heirs=(0.8, 1.0),
    ),
    Level(
        heads_per_payment=2,
        heads_per_device=1,
        heads_per_exit=1.0,
        exits_per_head=2,
        exit_reuse=0.1,
        exit_kinds=("hosting", "home"),
        clients=4,
        aged_share=0.2,
        mix_share=0.05,
        own_style=0.3,
        unevenness=(0.0, 0.2),
        jitter=(0.5, 8.0),
        jobs=0.15,
        slices=0.3,
        hours=_DAYTIME,
        third_party=(0.1, 0.3),
        web=0.08,
        pathways=(0.6, 0.2, 0.1, 0.1, 0.0),
    ),
    Level(
        heads_per_payment=0,
        heads_per_device=0,
        heads_per_exit=0.5,
        exits_per_head=2,
        exit_reuse=0.15,
        exit_kinds=("hosting", "home"),
        clients=6,
        aged_share=0.6,
        mix_share=0.5,
        own_style=0.5,
        unevenness=(0.0, 0.3),
        jitter=(0.5, 8.0),
        jobs=0.15,
        slices=0.3,
        hours=_DAYTIME,
        third_party=(0.1, 0.35),
        web=0.1,
        pathways=(0.75, 0.1, 0.1, 0.05, 0.0),
        device_heirs=(0.0, 1.0),
        variants=3,
    ),
    Level(
        heads_per_payment=0,
        heads_per_device=0,
        heads_per_exit=0.5,
        exits_per_head=2,
        exit_reuse=0.03,
        exit_kinds=("home",),
        clients=30,
        aged_share=0.85,
        mix_share=0.25,
        own_style=0.8,
        unevenness=(0.0, 0.35),
        jitter=(1.0, 8.0),
        jobs=0.0,
        slices=0.3,
        hours=_OFFICE,
        third_party=(0.1, 0.35),
        web=0.1,
        pathways=(0.9, 0.04, 0.04, 0.02, 0.0),
        device_heirs=(0.0, 0.2),
        variants=4,
    ),
    Level(
        heads_per_payment=0,
        heads_per_device=0,
        heads_per_exit=0.5,
        exits_per_head=2,
        exit_reuse=0.0,
        exit_kinds=("home",),
        clients=60,
        aged_share=1.0,
        mix_share=0.75,
        own_style=1.0,
        unevenness=(0.0, 0.4),
        jitter=(1.0, 8.0),
        jobs=0.0,
        slices=0.7,
        hours=_OFFICE,
        third_party=(0.1, 0.35),
        web=0.1,
        pathways=(0.92, 0.03, 0.03, 0.02, 0.0),
        device_heirs=(0.0, 0.0),
        variants=4,
    ),
)
