"""All peers on the logs of the worlds that the product was judged on."""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tests.evaluation.builds import BuiltWorld
from tests.evaluation.judgement import Judgement, judgement_of
from tests.evaluation.judging import JUDGED_LEVELS, figures_by_level
from tests.evaluation.markdown import UNKNOWN, share, table
from tests.evaluation.metrics import Figures, judge
from tests.evaluation.peers import mmd, prada
from tests.evaluation.peers.co_action import judge_co_action
from tests.evaluation.peers.embedding import embed
from tests.evaluation.peers.fixed_weights import judge_fixed_weights
from tests.evaluation.peers.log import open_log
from tests.evaluation.peers.shared_attributes import judge_shared_attributes
from tests.evaluation.peers.verdicts import Verdicts
from tests.evaluation.peers.volume import judge_volume

PRODUCT = "extraction_watch"
_HEADS = (
    "detector",
    "recall@fpr0.1%",
    "recall@fpr1%",
    "levels 0 to 3",
    "levels 4 and 5",
    "ap",
    "precision",
    "recall",
    "innocents decided",
    "campaigns found",
    "pair f1",
)


@dataclass(frozen=True)
class Compared:
    """What one detector reached in one world: whole, and by level of evasion."""

    detector: str
    whole: Figures
    levels: dict[int, Figures]


def compare(world: BuiltWorld) -> list[Compared]:
    """The product and every peer on one world; seconds go to standard error."""
    found = [_compared(PRODUCT, world, world.judgement)]
    begin = time.monotonic()
    for name, verdicts in peer_verdicts(world):
        said = judgement_of(
            world.truth, verdicts.scores, verdicts.threshold, verdicts.clusters
        )
        found.append(_compared(name, world, said))
        print(
            f"{world.name}: {name}, {time.monotonic() - begin:.0f} s", file=sys.stderr
        )
        begin = time.monotonic()
    return found


def peer_verdicts(world: BuiltWorld) -> Iterator[tuple[str, Verdicts]]:
    """Name and verdicts of every peer."""
    truth = world.truth
    with open_log(world.logs) as log:
        yield "volume rule", judge_volume(log)
        yield (
            "components: payment, device",
            judge_shared_attributes(log, ("payment", "device")),
        )
        yield (
            "components: and address",
            judge_shared_attributes(log, ("payment", "device", "address")),
        )
        yield "fixed weights", judge_fixed_weights(log)
        prompts = embed(log, prada.PROMPTS_MAX)
        yield "PRADA, per account", prada.judge_prada(prompts)
        benign = frozenset(truth.account_id[~truth.is_extraction].tolist())
        yield "MMD, per account", mmd.judge_mmd(prompts, benign)
        yield "co-similarity network", judge_co_action(log)


def comparison_table(worlds: Sequence[Sequence[Compared]]) -> str:
    """Means over worlds, one row per detector."""
    rows = []
    for same in zip(*worlds, strict=True):
        whole = [one.whole for one in same]
        easy = [one.levels[n] for one in same for n in JUDGED_LEVELS if n in one.levels]
        hard = [
            figures
            for one in same
            for level, figures in one.levels.items()
            if level not in JUDGED_LEVELS
        ]
        rows.append(
            (
                same[0].detector,
                _mean([one.recall for one in whole]),
                _mean([one.recall_at_1 for one in whole]),
                _mean([one.recall for one in easy]),
                _mean([one.recall for one in hard]),
                _mean([one.average_precision for one in whole]),
                _mean([one.decided_precision for one in whole]),
                _mean([one.decided_recall for one in whole]),
                str(sum(one.wrongly_decided for one in whole)),
                f"{sum(w.found for w in whole)} of {sum(w.campaigns for w in whole)}",
                _mean([one.pair_f1 for one in whole]),
            )
        )
    return table(_HEADS, rows)


def _compared(name: str, world: BuiltWorld, said: Judgement) -> Compared:
    return Compared(
        name, judge(world.truth, said, world.base_rate), figures_by_level(world, said)
    )


def _mean(values: Sequence[float]) -> str:
    return share(float(np.mean(values)), 3) if values else UNKNOWN
