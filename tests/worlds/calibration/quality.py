"""How well scores separate two classes."""

import numpy as np
from scipy.stats import rankdata

from tests.worlds.hashing import Booleans, Floats


def recall_at_false_positive_rate(
    scores: Floats, labels: Booleans, rate: float
) -> float:
    """Share of the positives above all but a share `rate` of the negatives.

    >>> scores = np.array([3.0, 1.0, 2.0, 0.0])
    >>> recall_at_false_positive_rate(scores, np.array([True, True, False, False]), 0.0)
    0.5
    """
    negatives = np.sort(scores[~labels])[::-1]
    limit = negatives[int(rate * len(negatives))]
    return float((scores[labels] > limit).mean())


def precision(decided: Booleans, labels: Booleans) -> float | None:
    """Share of positives among the decided; None when nothing was decided.

    >>> precision(np.array([True, True, False]), np.array([True, False, True]))
    0.5
    """
    return float(labels[decided].mean()) if decided.any() else None


def recall(decided: Booleans, labels: Booleans) -> float:
    """Share of decided among the positives, of which there is at least one.

    >>> recall(np.array([True, True, False]), np.array([True, False, True]))
    0.5
    """
    return float(decided[labels].mean())


def rank_quality(scores: Floats, labels: Booleans) -> float:
    """Chance that a random positive scores above a random negative; ties count half.

    >>> scores = np.array([3.0, 1.0, 2.0, 1.0])
    >>> rank_quality(scores, np.array([True, True, False, False]))
    0.625
    """
    positives = int(labels.sum())
    ranks = float(rankdata(scores)[labels].sum()) - positives * (positives + 1) / 2
    return ranks / (positives * (len(labels) - positives))


def mean_loss(log_odds: Floats, labels: Booleans) -> float:
    """Mean negative log-likelihood in nats; ln 2 where nothing is known.

    >>> round(mean_loss(np.array([0.0, 0.0]), np.array([True, False])), 3)
    0.693
    """
    return float((np.logaddexp(0, log_odds) - labels * log_odds).mean())
