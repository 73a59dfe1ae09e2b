"""What each signal adds: scores from the published evidence, with and without it.

Clusters stay as they are: a signal is taken out of the evidence, not out of the links.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from extraction_watch.dbt_build import PROJECT
from tests.evaluation.builds import BuiltWorld
from tests.evaluation.judgement import NO_CLUSTER
from tests.evaluation.markdown import UNKNOWN, table
from tests.evaluation.ranking import average_precision, recall_at
from tests.worlds.hashing import Booleans, Floats, Integers

_TOLERANCE = 1e-6
# What a member is handed of its cluster's finding counts times its strength.
_QUERY = """
select
    evidence.entity_id as account_id,
    evidence.signal,
    evidence.family,
    evidence.source_entity_id is not null as is_of_cluster,
    evidence.raw_weight * coalesce(cluster_members.strength, 1) as weight
from evidence
left join cluster_members
    on evidence.source_entity_id = cluster_members.cluster_id
    and evidence.entity_id = cluster_members.account_id
where evidence.entity_type = 'account'
"""


class AblationError(Exception):
    """The published scores are not the sum of the published evidence."""


@dataclass(frozen=True)
class Evidence:
    """Findings of a world's accounts, one element each, before their family's cap."""

    account: Integers  # place in the truth
    signal: NDArray[np.str_]
    family: NDArray[np.str_]
    is_of_cluster: Booleans  # found of the account's cluster, not of itself
    weight: Floats

    def log_odds(
        self, accounts: int, prior: float, caps: dict[str, float], kept: Booleans
    ) -> Floats:
        """Scores of all accounts from some of the findings, families capped."""
        total = np.full(accounts, prior)
        for family, cap in caps.items():
            ours = kept & (self.family == family)
            said = np.zeros(accounts)
            np.add.at(said, self.account[ours], self.weight[ours])
            total += np.clip(said, -cap, cap)
        return total


@dataclass(frozen=True)
class Effect:
    """What a signal does in one world.

    `recall_lost` (at 0.1% false positives) and `precision_lost` (average) are what its
    removal costs; `direction` is its mean weight over accounts of campaigns minus that
    over benign ones, those without a finding counting as 0. Of a signal that only
    judges clusters, both are means over clustered accounts.
    """

    recall_lost: float
    precision_lost: float
    direction: float


@dataclass(frozen=True)
class Ablation:
    """Recall at 0.1% and average precision in a world, and what each signal adds."""

    world: str
    recall: float
    precision: float
    effects: dict[str, Effect]


def read_caps(seeds: Path = PROJECT / "seeds") -> dict[str, float]:
    """The cap of each family of evidence."""
    with open(seeds / "evidence_families.csv", encoding="utf-8", newline="") as file:
        return {row["family"]: float(row["weight_max"]) for row in csv.DictReader(file)}


def read_evidence(world: BuiltWorld) -> Evidence:
    """The published evidence about accounts."""
    with duckdb.connect(str(world.database), read_only=True) as connection:
        rows = connection.execute(_QUERY).fetchnumpy()
    place = {name: row for row, name in enumerate(world.truth.account_id.tolist())}
    return Evidence(
        account=np.array([place[name] for name in rows["account_id"]], dtype=np.int64),
        signal=rows["signal"].astype(np.str_),
        family=rows["family"].astype(np.str_),
        is_of_cluster=rows["is_of_cluster"].astype(bool),
        weight=rows["weight"].astype(float),
    )


def ablate(world: BuiltWorld, caps: dict[str, float]) -> Ablation:
    """Take out each signal that found something in a world.

    Raises AblationError when the evidence does not give the published scores.
    """
    labels = world.truth.is_extraction
    evidence = read_evidence(world)

    def scores(kept: Booleans) -> Floats:
        return evidence.log_odds(len(labels), world.prior_log_odds, caps, kept)

    everything = scores(np.ones(len(evidence.signal), dtype=bool))
    published = world.judgement.score
    gap = float(abs(1 / (1 + np.exp(-everything)) - published).max())
    if gap > _TOLERANCE:
        raise AblationError(f"{world.name}: scores differ from evidence by {gap:g}")
    recall = recall_at(labels, everything, 0.001)
    precision = average_precision(labels, everything)
    found = {}
    for signal in np.unique(evidence.signal).tolist():
        its = evidence.signal == signal
        without = scores(~its)
        found[signal] = Effect(
            recall_lost=recall - recall_at(labels, without, 0.001),
            precision_lost=precision - average_precision(labels, without),
            direction=_direction(world, evidence, its),
        )
    return Ablation(str(world.config.seed), recall, precision, found)


def _direction(world: BuiltWorld, evidence: Evidence, its: Booleans) -> float:
    labels = world.truth.is_extraction
    weight = np.zeros(len(labels))
    np.add.at(weight, evidence.account[its], evidence.weight[its])
    judged = np.ones(len(labels), dtype=bool)
    if evidence.is_of_cluster[its].all():
        judged = world.judgement.cluster != NO_CLUSTER
    means = [weight[judged & kind] for kind in (labels, ~labels)]
    guilty, innocent = (float(one.mean()) if len(one) else 0.0 for one in means)
    return guilty - innocent


def effect_table(worlds: Sequence[Ablation]) -> str:
    """By signal and world: recall lost / average precision lost without the signal."""
    rows = [("all", *(f"{one.recall:.3f} / {one.precision:.3f}" for one in worlds))]
    for signal in _signals(worlds):
        rows.append((signal, *(_lost(one.effects.get(signal)) for one in worlds)))
    return table(("signal", *(one.world for one in worlds)), rows)


def direction_table(worlds: Sequence[Ablation]) -> str:
    """By signal and world: the signal's direction, and whether its sign is one."""
    rows = []
    for signal in _signals(worlds):
        found = [one.effects.get(signal) for one in worlds]
        signs = {one.direction > 0 for one in found if one and one.direction}
        cells = [f"{one.direction:+.3f}" if one else UNKNOWN for one in found]
        rows.append((signal, *cells, "yes" if len(signs) <= 1 else "no"))
    return table(("signal", *(one.world for one in worlds), "one sign"), rows)


def _lost(effect: Effect | None) -> str:
    if effect is None:
        return UNKNOWN
    return f"{effect.recall_lost:+.3f} / {effect.precision_lost:+.3f}"


def _signals(worlds: Sequence[Ablation]) -> list[str]:
    return sorted({signal for one in worlds for signal in one.effects})
