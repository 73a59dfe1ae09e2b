"""Figures of a ranking, of a decision and of probabilities."""

import numpy as np

from tests.worlds.hashing import Booleans, Floats

_BINS = 10
_SMALLEST = 1e-9


def recall_at(labels: Booleans, scores: Floats, false_positive_rate: float) -> float:
    """Share of positives above the score that lets a share of the negatives through.

    >>> labels = np.array([True, True, False, False])
    >>> recall_at(labels, np.array([0.9, 0.2, 0.5, 0.1]), 0.001)
    0.5
    """
    negatives = np.sort(scores[~labels])[::-1]
    place = min(len(negatives) - 1, int(false_positive_rate * len(negatives)))
    return float((scores[labels] > negatives[place]).mean())


def average_precision(labels: Booleans, scores: Floats) -> float:
    """Average precision of the ranking, ties taken together.

    >>> average_precision(np.array([True, False]), np.array([0.3, 0.3]))
    0.5
    """
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    hits = np.cumsum(labels[order])[last_of_tie]
    gained = np.diff(hits, prepend=0)
    return float((gained * hits / (last_of_tie + 1)).sum() / labels.sum())


def precision_at(labels: Booleans, scores: Floats, accounts: int) -> float:
    """Share of positives among the highest-ranked; ties in the given order.

    >>> precision_at(np.array([False, True]), np.array([0.3, 0.7]), 1)
    1.0
    """
    first = np.argsort(-scores, kind="stable")[:accounts]
    return float(labels[first].mean())


def at_base_rate(probability: Floats, assumed: float, actual: float) -> Floats:
    """Probabilities moved from one base rate to another, in log-odds.

    >>> at_base_rate(np.array([0.5]), 0.5, 0.1).round(3).tolist()
    [0.1]
    """
    inside = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
    log_odds = _logit(inside) + _logit(np.float64(actual)) - _logit(np.float64(assumed))
    moved: Floats = 1 / (1 + np.exp(-log_odds))
    return moved


def brier(labels: Booleans, probability: Floats) -> float:
    """Mean squared error of probabilities.

    >>> brier(np.array([True, False]), np.array([1.0, 0.5]))
    0.125
    """
    return float(((probability - labels) ** 2).mean())


def calibration_error(labels: Booleans, probability: Floats) -> float:
    """Expected calibration error over ten bins of equal width.

    >>> calibration_error(np.array([True, False]), np.array([0.75, 0.75]))
    0.25
    """
    bins = np.clip((probability * _BINS).astype(int), 0, _BINS - 1)
    error = 0.0
    for number in np.unique(bins).tolist():
        inside = bins == number
        gap = abs(probability[inside].mean() - labels[inside].mean())
        error += float(gap * inside.mean())
    return error


def _logit(probability: Floats | np.floating) -> Floats:
    log_odds: Floats = np.log(probability) - np.log1p(-probability)
    return log_odds
