"""Weights of the signals of accounts and clusters."""

import numpy as np

from tests.worlds.calibration.capped_logistic import Findings, fit_capped_logistic
from tests.worlds.hashing import Booleans, Floats, Integers

RIDGE = 2.0
WEIGHT_MAX = 4.0
"""Log-odds per unit of a signal's value."""
BAGS = 24
BAG_STARTS = 2


def fit_signal_weights(
    findings: Findings,
    is_extraction: Booleans,
    bags: Floats,
    base_rate: float,
    family_caps: Floats,
    parameters: int,
    ridge: float = RIDGE,
) -> Floats:
    """Log-odds per unit of each signal's value in each bag, shape (bags, parameters).

    `findings` holds the signals of each account and, times the strength of membership,
    those of its cluster; a signal has one parameter, whichever of the two it speaks
    of. Weights are not negative: the sign of the value is the direction of the
    evidence. The prior is not fitted: accounts are re-weighted to `base_rate` and start
    from its log-odds.

    The accounts of one cluster say the same a hundred times over, and signals that only
    occur together share their weight by chance. So what counts is the mean over `bags`
    (Breiman, Bagging predictors, 1996). Raises FitError.
    """
    return np.array(
        [
            fit_capped_logistic(
                findings,
                is_extraction,
                weights,
                np.full(len(is_extraction), prior_log_odds(base_rate)),
                family_caps,
                parameters,
                ridge,
                WEIGHT_MAX,
                starts=range(bag * BAG_STARTS, (bag + 1) * BAG_STARTS),
            ).weights
            for bag, weights in enumerate(bags)
        ]
    )


def draw_bags(
    is_case: Booleans,
    is_bystander: Booleans,
    group: Integers,
    base_rate: float,
    bags: int = BAGS,
) -> Floats:
    """How much each account counts in each bag, shape (bags, accounts).

    As in `case_control_weights`, times how often its group was drawn: groups that hold
    cases or bystanders are drawn with replacement, as many as there are. The draws are
    the same each time.
    """
    once = case_control_weights(is_case, is_bystander, base_rate)
    is_drawn = is_case | is_bystander
    names, place = np.unique(group[is_drawn], return_inverse=True)
    drawn = np.tile(once, (bags, 1))
    for bag in range(bags):
        picks = np.random.default_rng([20261125, bag]).integers(
            len(names), size=len(names)
        )
        drawn[bag, is_drawn] *= np.bincount(picks, minlength=len(names))[place]
    return drawn


def prior_log_odds(base_rate: float) -> float:
    """Log-odds of a base rate between 0 and 1.

    >>> round(prior_log_odds(0.001), 3)
    -6.907
    """
    return float(np.log(base_rate / (1 - base_rate)))


def case_control_weights(
    is_case: Booleans, is_bystander: Booleans, base_rate: float
) -> Floats:
    """One for a case, for a control what makes the cases' share the base rate.

    A bystander is a control that stands in a cluster of cases. There are as many of
    them as there are campaigns, so they are re-weighted with the cases and not with the
    controls: where one account in a thousand takes part in a campaign, a hundred times
    fewer innocents stand beside one than where one in ten does.

    >>> nobody = np.array([False, False, False])
    >>> case_control_weights(np.array([True, False, False]), nobody, 0.2).tolist()
    [1.0, 2.0, 2.0]
    """
    cases = int(is_case.sum())
    counts_once = is_case | is_bystander
    controls = len(is_case) - int(counts_once.sum())
    if not controls:
        return np.ones(len(is_case))
    weight = cases * (1 - base_rate) / base_rate / controls
    return np.where(counts_once, 1.0, weight)
