"""Logistic regression whose log-odds add up as the pipeline's do, caps included.

The log-odds of an observation are its prior plus the sum of its findings. A finding
says weight times value, at most its own cap, and all findings of a family together say
at most the family's cap. Fitted by penalised maximum likelihood, from several starts,
because with caps there are several maxima.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from tests.worlds.hashing import Booleans, Floats, Integers

# Low, because a family that begins at its cap has no slope to leave it by.
_FIRST_WEIGHTS = (0.0, 0.2)
STARTS = 8
_ITERATIONS_MAX = 1000


@dataclass(frozen=True)
class Findings:
    """One element per finding; all arrays have the same length and no nulls.

    `observation`, `parameter` and `family` count from 0; `value` is signed, negative
    for counter-evidence; `weight_max` caps what the finding alone may say (infinity: no
    cap).
    """

    observation: Integers
    parameter: Integers
    family: Integers
    value: Floats
    weight_max: Floats

    def moved(self, observations: int) -> "Findings":
        """The same findings of observations numbered from `observations` on."""
        return replace(self, observation=self.observation + observations)

    def only(self, chosen: Booleans) -> "Findings":
        """Findings of the chosen observations, numbered anew."""
        kept = chosen[self.observation]
        number = np.cumsum(chosen) - 1
        return Findings(
            observation=number[self.observation[kept]],
            parameter=self.parameter[kept],
            family=self.family[kept],
            value=self.value[kept],
            weight_max=self.weight_max[kept],
        )

    @staticmethod
    def joined(parts: "list[Findings]") -> "Findings":
        """All findings of the parts, whose observations are numbered already."""
        return Findings(
            observation=np.concatenate([part.observation for part in parts]),
            parameter=np.concatenate([part.parameter for part in parts]),
            family=np.concatenate([part.family for part in parts]),
            value=np.concatenate([part.value for part in parts]),
            weight_max=np.concatenate([part.weight_max for part in parts]),
        )


@dataclass(frozen=True)
class Fit:
    """Weights by parameter, and the penalised loss."""

    weights: Floats
    loss: float


class FitError(Exception):
    """The data cannot be fitted; the message says why."""


def evidence(
    findings: Findings, weights: Floats, family_caps: Floats, observations: int
) -> Floats:
    """Sum of the capped findings of each observation, shape (observations,).

    >>> one = np.array([0, 0]), np.array([0, 1]), np.array([0, 0])
    >>> findings = Findings(*one, np.array([2.0, 3.0]), np.array([np.inf, 1.0]))
    >>> float(evidence(findings, np.array([0.5, 1.0]), np.array([1.5]), 1)[0])
    1.5
    """
    return _evidence_and_slopes(findings, weights, family_caps, observations)[0]


def _evidence_and_slopes(
    findings: Findings, weights: Floats, family_caps: Floats, observations: int
) -> tuple[Floats, Floats]:
    """Evidence by observation, and its derivative by the weight of each finding."""
    families = len(family_caps)
    said = weights[findings.parameter] * findings.value
    capped = np.clip(said, -findings.weight_max, findings.weight_max)
    cell = findings.observation * families + findings.family
    totals = np.bincount(cell, capped, observations * families)
    totals = totals.reshape(observations, families)
    is_free = np.abs(said) < findings.weight_max
    is_free &= (np.abs(totals) < family_caps).ravel()[cell]
    capped_totals = np.clip(totals, -family_caps, family_caps)
    return capped_totals.sum(axis=1), np.where(is_free, findings.value, 0.0)


def fit_capped_logistic(
    findings: Findings,
    labels: Booleans,
    case_weights: Floats,
    prior_log_odds: Floats,
    family_caps: Floats,
    parameters: int,
    ridge: float,
    weight_max: float,
    first_weights: Floats | None = None,
    starts: Sequence[int] = range(STARTS),
) -> Fit:
    """Weights between 0 and `weight_max` that make the labels most likely.

    `labels`, `case_weights` and `prior_log_odds` have one element per observation. The
    loss is the sum of the weighted negative log-likelihoods plus `ridge` times the sum
    of squared weights. L-BFGS-B from `first_weights`, or without them from a random
    point per seed in `starts`, of which the best end counts. Raises FitError when a
    class is empty or no start converges.
    """
    if labels.all() or not labels.any():
        raise FitError("A fit needs observations of both classes.")
    targets = labels.astype(float)

    def loss_and_gradient(weights: Floats) -> tuple[float, Floats]:
        said, slopes = _evidence_and_slopes(findings, weights, family_caps, len(labels))
        log_odds = prior_log_odds + said
        losses = case_weights * (np.logaddexp(0, log_odds) - targets * log_odds)
        errors = case_weights * (probability(log_odds) - targets)
        by_finding = slopes * errors[findings.observation]
        gradient = np.bincount(findings.parameter, by_finding, parameters)
        penalty = ridge * float(np.square(weights).sum())
        return float(losses.sum()) + penalty, gradient + 2 * ridge * weights

    points = [first_weights]
    if first_weights is None:
        points = [
            np.random.default_rng(start).uniform(*_FIRST_WEIGHTS, parameters)
            for start in starts
        ]
    ends = []
    for point in points:
        end = minimize(
            loss_and_gradient,
            point,
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, weight_max)] * parameters,
            options={"maxiter": _ITERATIONS_MAX},
        )
        if np.isfinite(end.fun) and end.nit < _ITERATIONS_MAX:
            ends.append(Fit(weights=end.x, loss=float(end.fun)))
    if not ends:
        raise FitError(f"None of {len(points)} starts converged.")
    return min(ends, key=lambda end: end.loss)


def probability(log_odds: Floats) -> Floats:
    """Logistic function, without overflow.

    >>> probability(np.array([0.0, -1000.0])).tolist()
    [0.5, 0.0]
    """
    return np.asarray(0.5 * (1 + np.tanh(0.5 * log_odds)))
