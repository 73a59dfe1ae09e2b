"""Maximum mean discrepancy between an account's prompts and benign traffic.

In the manner of the detector of arXiv 2606.05725: unbiased squared MMD with four
Gaussian widths around the median distance, and a threshold from benign traffic only. It
wants windows of 1,500 prompts and a sentence embedding; accounts here hold far fewer,
and vectors of hashed words stand for the embedding. It is told by the truth which
accounts are benign, which no operator knows.
"""

from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.peers.embedding import Embedded
from tests.evaluation.peers.verdicts import Verdicts

WINDOW = 100
_PROMPTS_MIN = 30
_REFERENCE = 500
_WIDTHS = (0.5, 1.0, 2.0, 4.0)  # times the median distance
_BENIGN_SHARE = 0.003  # of benign accounts that the threshold lets through
_SEED = 17


def judge_mmd(prompts: Embedded, benign: Set[str]) -> Verdicts:
    """Score: squared MMD of the account's first prompts and a benign reference.

    The reference is drawn from half of the `benign` accounts, the threshold from the
    others.
    """
    rng = np.random.default_rng(_SEED)
    names = np.array(sorted(benign & set(prompts.account_id.tolist())), dtype=np.str_)
    teachers = rng.permutation(names)[: len(names) // 2]
    rows = np.flatnonzero(np.isin(prompts.account_id, teachers))
    if len(rows) < 2:
        return Verdicts({}, np.inf)
    chosen = rng.choice(rows, min(_REFERENCE, len(rows)), replace=False)
    reference = prompts.vectors[chosen]
    median = float(np.median(_squared_distances(reference, reference)))
    within = _unbiased_mean(_kernel(reference, reference, median))
    scores = {
        account: _discrepancy(vectors[:WINDOW], reference, within, median)
        for account, vectors in prompts.by_account().items()
        if len(vectors) >= _PROMPTS_MIN
    }
    others = benign - set(teachers.tolist())
    known = [score for account, score in scores.items() if account in others]
    threshold = float(np.quantile(known, 1 - _BENIGN_SHARE)) if known else np.inf
    return Verdicts(scores, threshold)


def _discrepancy(
    window: NDArray[np.float32],
    reference: NDArray[np.float32],
    within: float,
    median: float,
) -> float:
    own = _unbiased_mean(_kernel(window, window, median))
    across = float(_kernel(window, reference, median).mean())
    return own + within - 2 * across


def _squared_distances(
    one: NDArray[np.float32], other: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Between vectors of length 1."""
    squared: NDArray[np.float32] = np.maximum(2 - 2 * (one @ other.T), 0)
    return squared


def _kernel(
    one: NDArray[np.float32], other: NDArray[np.float32], median: float
) -> NDArray[np.float32]:
    """Mean of the Gaussian kernels of all widths."""
    squared = _squared_distances(one, other)
    scale = max(median, 1e-6)
    kernels = [np.exp(-squared / (2 * width**2 * scale)) for width in _WIDTHS]
    mean: NDArray[np.float32] = np.mean(kernels, axis=0)
    return mean


def _unbiased_mean(kernel: NDArray[np.float32]) -> float:
    """Mean over pairs of different vectors."""
    size = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (size * (size - 1)))
