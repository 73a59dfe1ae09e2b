"""Weights of signals, fitted on worlds and on the accounts that analysts decided."""

from dataclasses import dataclass

import numpy as np

from tests.worlds.calibration.capped_logistic import evidence, fit_capped_logistic
from tests.worlds.calibration.observations import LabelledAccounts
from tests.worlds.calibration.seeds import Weighing
from tests.worlds.calibration.signal_weights import (
    RIDGE,
    WEIGHT_MAX,
    prior_log_odds,
)
from tests.worlds.calibration.verdicts import Verdicts
from tests.worlds.hashing import Booleans, Floats


@dataclass(frozen=True)
class VerdictFit:
    """Weights by signal, and each decided account's log-odds when it was held out."""

    weights: Floats
    held_out_log_odds: Floats


def fit_with_verdicts(
    worlds: LabelledAccounts,
    verdicts: Verdicts,
    weighing: Weighing,
    bags: Floats,
    world_weights: Floats,
    base_rate: float,
    verdict_weight: float,
) -> VerdictFit:
    """Go on from the weights fitted on the worlds, with the decided accounts added.

    `bags` are those of the worlds' accounts, `world_weights` what each of them gave.

    Accounts of the worlds count as in `fit_signal_weights`, each decided account
    `verdict_weight` times. Accounts are held out part by part: the weights that score a
    part are fitted on the worlds and the other parts. Raises FitError.
    """

    def fitted_on(chosen: Booleans) -> Floats:
        decided = verdicts.accounts.only(chosen)
        both = LabelledAccounts.joined([worlds, decided])
        count = len(decided.is_extraction)
        priors = np.full(len(worlds.is_extraction), prior_log_odds(base_rate))
        fits = [
            fit_capped_logistic(
                both.findings,
                both.is_extraction,
                np.concatenate([bag, np.full(count, verdict_weight)]),
                np.concatenate([priors, np.full(count, verdicts.prior_log_odds)]),
                weighing.family_caps,
                len(weighing.names),
                RIDGE,
                WEIGHT_MAX,
                first_weights=weights,
            ).weights
            for bag, weights in zip(bags, world_weights, strict=True)
        ]
        mean: Floats = np.mean(fits, axis=0)
        return mean

    held_out = np.zeros(len(verdicts.part))
    for part in np.unique(verdicts.part).tolist():
        is_held_out = verdicts.part == part
        weights = fitted_on(~is_held_out)
        held_out[is_held_out] = verdict_log_odds(verdicts, weights, weighing)[
            is_held_out
        ]
    return VerdictFit(
        weights=fitted_on(np.ones(len(verdicts.part), dtype=bool)),
        held_out_log_odds=held_out,
    )


def verdict_log_odds(verdicts: Verdicts, weights: Floats, weighing: Weighing) -> Floats:
    """Log-odds of each decided account under some weights of the signals."""
    accounts = verdicts.accounts
    count = len(accounts.is_extraction)
    return verdicts.prior_log_odds + evidence(
        accounts.findings, weights, weighing.family_caps, count
    )
