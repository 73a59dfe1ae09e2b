"""Weights of what tells whether an account belongs to its community of links."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from tests.worlds.calibration.capped_logistic import FitError, probability
from tests.worlds.hashing import Booleans, Floats

FEATURES = ("any_account", "mean_link", "request_fit")
"""Columns of models/clusters/membership_features.sql; the first is 1 everywhere."""
RIDGE = 0.5


@dataclass(frozen=True)
class LabelledMembers:
    """Accounts in communities that are mostly of one campaign.

    `values` has one row per account and a column per feature; `is_member` says whether
    the account is of that campaign.
    """

    values: Floats
    is_member: Booleans

    @staticmethod
    def joined(parts: "list[LabelledMembers]") -> "LabelledMembers":
        """The accounts of several worlds."""
        return LabelledMembers(
            values=np.concatenate([part.values for part in parts]),
            is_member=np.concatenate([part.is_member for part in parts]),
        )


def fit_membership_weights(members: LabelledMembers) -> dict[str, float]:
    """Log-odds per unit of each feature: a logistic regression with a little ridge.

    Raises FitError when a class is empty or the fit does not converge.
    """
    values, labels = members.values, members.is_member
    if labels.all() or not labels.any():
        raise FitError("Membership needs both members and strangers in communities.")
    penalised = np.array([0.0, *(1.0 for _ in FEATURES[1:])])

    def loss_and_gradient(weights: Floats) -> tuple[float, Floats]:
        log_odds = values @ weights
        losses = np.logaddexp(0, log_odds) - labels * log_odds
        errors = probability(log_odds) - labels
        penalty = RIDGE * penalised * weights
        return float(losses.sum() + penalty @ weights), values.T @ errors + 2 * penalty

    end = minimize(
        loss_and_gradient, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B"
    )
    if not end.success:
        raise FitError(f"The fit of membership does not converge: {end.message}")
    return dict(zip(FEATURES, end.x.tolist(), strict=True))
