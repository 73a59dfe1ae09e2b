"""What a detector says of the accounts of a log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from tests.evaluation.truth import Truth
from tests.worlds.hashing import Booleans, Floats

DECIDED_BANDS = ("high", "critical")
NO_CLUSTER = ""


@dataclass(frozen=True)
class Succession:
    """A claim that an account replaces a banned one."""

    predecessor: str
    successor: str
    probability: float


@dataclass(frozen=True)
class Judgement:
    """One element per account of the truth, in its order.

    `score` ranks accounts and is a probability where `is_probability`; `decided` is
    whom the detector would act on; `cluster` is empty for none. What a detector does
    not say is None. `successions` and `pivoting` speak of accounts and clusters.
    """

    score: Floats
    decided: Booleans
    cluster: NDArray[np.str_]
    is_probability: bool = False
    extraction_share: Floats | None = None
    successions: Sequence[Succession] | None = None
    pivoting: frozenset[str] | None = None

    def only(self, kept: Booleans) -> "Judgement":
        """What it says of some of the accounts."""
        share = self.extraction_share
        return Judgement(
            score=self.score[kept],
            decided=self.decided[kept],
            cluster=self.cluster[kept],
            is_probability=self.is_probability,
            extraction_share=None if share is None else share[kept],
            successions=self.successions,
            pivoting=self.pivoting,
        )


class JudgementError(Exception):
    """The published tables cannot be judged; the message says why."""


def judgement_of(
    truth: Truth,
    scores: Mapping[str, float],
    threshold: float,
    clusters: Mapping[str, str] | None = None,
) -> Judgement:
    """Judgement of a detector that scores accounts and acts from a threshold on.

    An account without a score has the lowest one, one without a cluster has none.
    """
    ids = truth.account_id.tolist()
    lowest = min(scores.values(), default=0.0)
    score = np.array([scores.get(account, lowest) for account in ids], dtype=float)
    known = np.array([account in scores for account in ids], dtype=bool)
    where = clusters or {}
    cluster = np.array([where.get(account, NO_CLUSTER) for account in ids], np.str_)
    return Judgement(score, known & (score >= threshold), cluster)


def read_published(database: Path, truth: Truth) -> Judgement:
    """What the product published about the accounts of the truth.

    Raises JudgementError when accounts are missing, repeated or without probability.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select account_id, extraction_probability, risk_band, cluster_id, "
            "extraction_share from accounts"
        ).fetchall()
        successions = connection.execute(
            "select predecessor_account_id, successor_account_id, probability "
            "from successions"
        ).fetchall()
        pivoting = connection.execute(
            "select cluster_id from model_pivots where is_pivot"
        ).fetchall()
    said = {row[0]: row[1:] for row in rows}
    if len(said) != len(rows):
        raise JudgementError("accounts: an account_id stands more than once")
    ids = truth.account_id.tolist()
    missing = [account for account in ids if account not in said]
    if missing:
        raise JudgementError(f"accounts: {len(missing)} are missing, e.g. {missing[0]}")
    probability = np.array([said[account][0] for account in ids], dtype=float)
    if not ((probability >= 0) & (probability <= 1)).all():
        raise JudgementError("accounts: a probability is null or outside 0..1")
    return Judgement(
        score=probability,
        decided=np.array([said[one][1] in DECIDED_BANDS for one in ids], dtype=bool),
        cluster=np.array([said[one][2] or NO_CLUSTER for one in ids], dtype=np.str_),
        is_probability=True,
        extraction_share=np.array([said[one][3] or 0.0 for one in ids], dtype=float),
        successions=[Succession(a, b, float(p or 0.0)) for a, b, p in successions],
        pivoting=frozenset(row[0] for row in pivoting),
    )
