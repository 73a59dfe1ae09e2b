"""PRADA (Juuti, Szyller, Marchal and Asokan, 2019), per account, on prompts.

A client's distances from each query to the nearest of its earlier ones are close to
normally distributed when people choose the queries; synthetic ones are not. The paper
has image classifiers and a growing set per class; here there is one class, and vectors
of hashed words stand for images.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import shapiro

from tests.evaluation.peers.embedding import Embedded
from tests.evaluation.peers.verdicts import Verdicts

_PROMPTS_MIN = 30
_OUTLIER_DEVIATIONS = 3.0
_DELTA = 0.95  # acts when the statistic falls below it
PROMPTS_MAX = 300


def judge_prada(prompts: Embedded) -> Verdicts:
    """Score: 1 minus the Shapiro-Wilk statistic of the account's distances."""
    scores = {}
    for account, vectors in prompts.by_account().items():
        if len(vectors) >= _PROMPTS_MIN:
            scores[account] = 1 - _normality(_nearest_earlier(vectors))
    return Verdicts(scores, 1 - _DELTA)


def _nearest_earlier(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Distance of each vector but the first to the nearest one before it."""
    squared = np.maximum(2 - 2 * (vectors @ vectors.T).astype(float), 0)
    squared[np.triu_indices(len(vectors))] = np.inf
    nearest: NDArray[np.float64] = np.sqrt(squared[1:].min(axis=1))
    return nearest


def _normality(distances: NDArray[np.float64]) -> float:
    """Statistic of the distances without outliers; 0 when all are the same."""
    spread = distances.std()
    near = abs(distances - distances.mean()) <= _OUTLIER_DEVIATIONS * spread
    kept = distances[near]
    return float(shapiro(kept).statistic) if np.ptp(kept) > 1e-6 else 0.0
