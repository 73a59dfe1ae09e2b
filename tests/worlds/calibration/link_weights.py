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
    prior_log_odds: Floats,
    family_caps: Floats,
    parameters: int,
    ridge: float = RIDGE,
) -> Fit:
    """Log-odds per nat of rarity, by kind of thing.

    `shared` holds one finding per pair and thing that it shares, its value the rarity
    in nats (>= 0). `is_one_operator` and `prior_log_odds` have one element per pair;
    the prior is what models/links/links.sql starts from. Raises FitError.
    """
    return fit_capped_logistic(
        shared,
        is_one_operator,
        np.ones(len(is_one_operator)),
        prior_log_odds,
        family_caps,
        parameters,
        ridge,
        WEIGHT_MAX,
    )


def pair_prior_log_odds(pool_accounts: float, accounts: int) -> float:
    """Log-odds that two of `accounts` accounts belong to one pool of `pool_accounts`.

    >>> round(pair_prior_log_odds(30, 3000), 3)
    -4.605
    """
    return float(np.log(pool_accounts / max(accounts, pool_accounts + 1)))
