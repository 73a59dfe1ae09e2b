"""Weights of what makes an account the successor of another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from tests.worlds.calibration.capped_logistic import FitError
from tests.worlds.hashing import Booleans, Floats, Integers

RIDGE = 1.0
"""Half the precision of the normal prior of a weight around 0."""


@dataclass(frozen=True)
class Candidates:
    """Candidate pairs of successors. One row per pair, one column per feature.

    `successor` numbers the successors from 0; `is_true` marks the pair, at most one of
    a successor, in which it continues the predecessor.
    """

    features: tuple[str, ...]
    values: Floats
    successor: Integers
    is_true: Booleans


def bounds_of(feature: str) -> tuple[float | None, float | None]:
    """Bounds of a feature's weight: what two accounts share never speaks against.

    >>> bounds_of("shared_device"), bounds_of("new_device"), bounds_of("any_pair")
    ((0.0, None), (None, 0.0), (None, None))
    """
    if feature.startswith(("shared_", "same_")):
        return 0.0, None
    if feature.startswith("new_") or feature in ("pace_gap", "delay_squared"):
        return None, 0.0
    return None, None


def fit_continuation(
    candidates: Candidates, ridge: float = RIDGE
) -> Mapping[str, float]:
    """Weights of a conditional logistic regression, by feature.

    Each successor chooses one of its candidates, by the exponential of the weighed sum
    of their features, or none of them, which counts 1 (McFadden, 1974). Minimizes the
    negative log-likelihood plus `ridge` times the sum of squared weights, the intercept
    `any_pair` left out. Raises FitError.
    """
    values, successor = candidates.values, candidates.successor
    successors = int(successor.max(initial=-1)) + 1
    penalty = np.array([ridge * (name != "any_pair") for name in candidates.features])

    def loss(weights: Floats) -> tuple[float, Floats]:
        log_odds = values @ weights
        top = np.zeros(successors)
        np.maximum.at(top, successor, log_odds)
        odds = np.exp(log_odds - top[successor])
        total = np.exp(-top) + np.bincount(successor, odds, successors)
        surprise = (top + np.log(total)).sum() - log_odds[candidates.is_true].sum()
        slope = values.T @ (odds / total[successor] - candidates.is_true)
        return (
            float(surprise + penalty @ weights**2),
            np.asarray(slope + 2 * penalty * weights),
        )

    return dict(
        zip(
            candidates.features,
            _minimized(loss, [bounds_of(name) for name in candidates.features]),
            strict=True,
        )
    )


def fit_replacement(
    log_odds: Floats, is_replacement: Booleans, ridge: float = RIDGE
) -> Mapping[str, float]:
    """Weights of the log-odds of an extraction when a banned account is continued.

    A logistic regression with an intercept `any_pair`, both classes weighing the same
    in total: how many bans are errors differs from one operator to the next. Raises
    FitError.
    """
    if is_replacement.all() or not is_replacement.any():
        raise FitError("the worlds hold no two kinds of successions after a ban")
    values = np.column_stack([np.ones(len(log_odds)), log_odds])
    counts = np.where(is_replacement, is_replacement.sum(), (~is_replacement).sum())
    case_weight = len(log_odds) / 2 / counts
    penalty = np.array([0.0, ridge])

    def loss(weights: Floats) -> tuple[float, Floats]:
        said = values @ weights
        surprise = np.logaddexp(0, np.where(is_replacement, -said, said))
        slope = values.T @ (case_weight * (1 / (1 + np.exp(-said)) - is_replacement))
        return (
            float(case_weight @ surprise + penalty @ weights**2),
            np.asarray(slope + 2 * penalty * weights),
        )

    weights = _minimized(loss, [(None, None), (0.0, None)])
    return dict(zip(("any_pair", "extraction"), weights, strict=True))


def _minimized(
    loss: object, bounds: Sequence[tuple[float | None, float | None]]
) -> list[float]:
    found = minimize(
        loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds
    )
    if not found.success:
        raise FitError(str(found.message))
    return [float(weight) for weight in found.x]
