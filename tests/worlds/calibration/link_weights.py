"""Weights of the things that two accounts share."""

import numpy as np

from tests.worlds.calibration.capped_logistic import (
    Findings,
    Fit,
    fit_capped_logistic,
)
from tests.worlds.hashing import Booleans, Floats

RIDGE = 5.0
WEIGHT_MAX = 2.0
"""Log-odds per nat of rarity. A thing that only one operator's accounts share says its
whole rarity, 1; a little more is left for rarity that is underestimated."""


def fit_link_weights(
    shared: Findings,
    is_one_operator: Booleans,
    family_caps: Floats,
    parameters: int,
    ridge: float = RIDGE,
) -> Fit:
    """Log-odds per nat of rarity by kind of thing, and the pair's fitted prior.

    `shared` holds one finding per pair and thing that it shares, its value the rarity in
    nats (>= 0); `is_one_operator` has one element per pair. The prior is that of a pair
    which shares something at all. Raises FitError.
    """
    return fit_capped_logistic(
        shared,
        is_one_operator,
        np.ones(len(is_one_operator)),
        family_caps,
        parameters,
        ridge,
        WEIGHT_MAX,
    )
