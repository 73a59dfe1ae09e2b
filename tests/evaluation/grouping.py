"""Figures of clusters, successions and pivots, next to the real campaigns."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.evaluation.judgement import NO_CLUSTER, Judgement, Succession
from tests.evaluation.truth import Truth

FOUND_SHARE = 0.8
FOUND_PURITY = 0.95
CALLED_HEIR = 0.5


@dataclass(frozen=True)
class Home:
    """The cluster that holds most accounts of a campaign, and how well it does."""

    cluster: str  # empty when no account of the campaign is clustered
    share: float  # of the campaign's accounts
    purity: float  # share of the cluster's accounts that are the campaign's

    @property
    def is_found(self) -> bool:
        return self.share >= FOUND_SHARE and self.purity >= FOUND_PURITY


def homes(truth: Truth, judgement: Judgement) -> dict[str, Home]:
    """The home of each campaign."""
    sizes = Counter(judgement.cluster.tolist())
    found = {}
    for group in np.unique(truth.group[truth.is_extraction]).tolist():
        ours = judgement.cluster[truth.is_extraction & (truth.group == group)]
        clustered = Counter(name for name in ours.tolist() if name != NO_CLUSTER)
        if not clustered:
            found[group] = Home(NO_CLUSTER, 0.0, 0.0)
            continue
        name, accounts = clustered.most_common(1)[0]
        found[group] = Home(name, accounts / len(ours), accounts / sizes[name])
    return found


def pair_f1(truth: Truth, judgement: Judgement) -> float:
    """F1 over pairs of accounts of being rightly put in one cluster.

    Pairs of two benign accounts are left out: nobody knows if they belong together.
    """
    clustered = judgement.cluster != NO_CLUSTER
    names = judgement.cluster[clustered].tolist()
    innocent = judgement.cluster[clustered & ~truth.is_extraction].tolist()
    guilty = truth.is_extraction
    together = zip(
        truth.group[guilty & clustered].tolist(),
        judgement.cluster[guilty & clustered].tolist(),
        strict=True,
    )
    said = _pairs(Counter(names)) - _pairs(Counter(innocent))
    real = _pairs(Counter(truth.group[guilty].tolist()))
    return 2 * _pairs(Counter(together)) / max(1.0, real + said)


def wrong_clusters(truth: Truth, judgement: Judgement) -> int:
    """Clusters with a decided account and no account of a campaign."""
    clustered = judgement.cluster != NO_CLUSTER
    accused = judgement.cluster[clustered & judgement.decided]
    guilty = judgement.cluster[clustered & truth.is_extraction]
    return len(set(accused.tolist()) - set(guilty.tolist()))


@dataclass(frozen=True)
class Successors:
    """How well the predecessors of accounts that replaced a banned one are named."""

    accounts: int
    reciprocal_rank: float  # mean over them, of the true predecessor
    hit: float  # share whose first-ranked predecessor is the true one
    pool_hit: float  # ... is an account of the same campaign
    called_heirs: float  # share of all innocent accounts called an heir


def successors(truth: Truth, said: Sequence[Succession]) -> Successors | None:
    """Figures of the claims; None when nobody replaced anybody."""
    heirs = np.flatnonzero(truth.is_extraction & (truth.successor_of != ""))
    if len(heirs) == 0:
        return None
    group = dict(zip(truth.account_id.tolist(), truth.group.tolist(), strict=True))
    campaign = {
        account: group[account]
        for account in truth.account_id[truth.is_extraction].tolist()
    }
    claims = defaultdict(list)
    for claim in said:
        claims[claim.successor].append((-claim.probability, claim.predecessor))
    ranks, pool_hits = [], []
    for row in heirs.tolist():
        ranked = [name for _, name in sorted(claims[str(truth.account_id[row])])]
        real = str(truth.successor_of[row])
        ranks.append(1 / (ranked.index(real) + 1) if real in ranked else 0.0)
        first = campaign.get(ranked[0]) if ranked else None
        pool_hits.append(first == str(truth.group[row]))
    suspects = set(campaign) | set(truth.successor_of[heirs].tolist())
    called = [
        _is_called(claims.get(account, ()), suspects)
        for account in truth.account_id[~truth.is_extraction].tolist()
    ]
    return Successors(
        accounts=len(heirs),
        reciprocal_rank=float(np.mean(ranks)),
        hit=float(np.mean([rank == 1 for rank in ranks])),
        pool_hit=float(np.mean(pool_hits)),
        called_heirs=float(np.mean(called)) if called else 0.0,
    )


@dataclass(frozen=True)
class Pivots:
    """Campaigns that turned to the new model, and clusters wrongly said to."""

    found: int
    campaigns: int
    false: int


def pivots(truth: Truth, judgement: Judgement, said: frozenset[str]) -> Pivots:
    """Figures of the clusters that are said to have turned to a new model."""
    home = homes(truth, judgement)
    turned = np.unique(truth.group[truth.is_extraction & truth.pivots]).tolist()
    right = {home[group].cluster for group in turned} - {NO_CLUSTER}
    found = sum(home[group].cluster in said & right for group in turned)
    return Pivots(found, len(turned), len(said - right))


def _is_called(claims: Iterable[tuple[float, str]], suspects: set[str]) -> bool:
    return any(-lost >= CALLED_HEIR and who in suspects for lost, who in claims)


def _pairs(counts: Counter[Any]) -> float:
    return sum(number * (number - 1) / 2 for number in counts.values())
