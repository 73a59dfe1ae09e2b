"""How well scores separate two classes."""

import numpy as np

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
