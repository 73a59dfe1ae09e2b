"""The tables that a calibration prints, in Markdown."""

from collections.abc import Iterable, Sequence

import numpy as np

from tests.worlds.calibration.capped_logistic import Fit, evidence
from tests.worlds.calibration.observations import LabelledAccounts, LabelledPairs
from tests.worlds.calibration.quality import (
    precision,
    recall,
    recall_at_false_positive_rate,
)
from tests.worlds.calibration.seeds import Columns
from tests.worlds.hashing import Booleans, Floats

LINK_THRESHOLDS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
PROBABILITY_THRESHOLDS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.8, 0.95)
FALSE_POSITIVE_RATES = (0.001, 0.01)
_CLOSEST = 10


def weights_table(
    columns: Columns,
    weights: Floats,
    before: Sequence[float],
    parameter: np.ndarray,
    observation: np.ndarray,
    labels: Booleans,
) -> str:
    """Each weight, what it was, and how many of either class it concerns."""
    rows = []
    for number, name in enumerate(columns.names):
        touched = np.zeros(len(labels), dtype=bool)
        touched[observation[parameter == number]] = True
        rows.append(
            (
                name,
                _decimal(weights[number], 3),
                _decimal(before[number], 3),
                _percent(touched[labels].mean()),
                _percent(touched[~labels].mean()),
            )
        )
    return table(("weight of", "fitted", "before", "positives", "negatives"), rows)


def pair_scores(pairs: LabelledPairs, weights: Floats, columns: Columns) -> Floats:
    """Log-odds that pairs owe to what they share, without a prior."""
    caps = np.array(columns.family_caps)
    return evidence(pairs.shared, weights, caps, len(pairs.is_one_operator))


def account_scores(
    accounts: LabelledAccounts, weights: Floats, columns: Columns, prior: float
) -> Floats:
    """Log-odds of accounts, as models/evidence/entity_scores.sql computes them."""
    caps = np.array(columns.family_caps)
    labels = accounts.is_extraction
    return prior + evidence(accounts.findings, weights, caps, len(labels))


def pair_table(log_odds: Floats, is_one_operator: Booleans) -> str:
    """Precision and recall of candidate pairs by threshold."""
    return threshold_table(log_odds, is_one_operator, LINK_THRESHOLDS, "log-odds")


def account_table(log_odds: Floats, is_extraction: Booleans) -> str:
    """Precision and recall of accounts by threshold, at the world's own rate."""
    probability = 1 / (1 + np.exp(-log_odds))
    return threshold_table(
        probability, is_extraction, PROBABILITY_THRESHOLDS, "probability"
    )


def threshold_table(
    scores: Floats, labels: Booleans, thresholds: Iterable[float], unit: str
) -> str:
    """Precision, recall and false positives when all from a threshold on are decided."""
    rows = []
    for threshold in thresholds:
        decided = scores >= threshold
        exact = precision(decided, labels)
        rows.append(
            (
                f"{threshold:g}",
                "none decided" if exact is None else _decimal(exact, 4),
                _decimal(recall(decided, labels), 3),
                str(int((decided & ~labels).sum())),
            )
        )
    return table((f"{unit} from", "precision", "recall", "false positives"), rows)


def rank_table(scores: dict[str, Floats], labels: dict[str, Booleans]) -> str:
    """Recall at given false-positive rates, which no shift of the scores changes."""
    rows = [
        (
            name,
            *(
                _decimal(recall_at_false_positive_rate(values, labels[name], rate), 3)
                for rate in FALSE_POSITIVE_RATES
            ),
        )
        for name, values in scores.items()
    ]
    heads = [f"recall at {100 * rate:g}% false" for rate in FALSE_POSITIVE_RATES]
    return table(("accounts", *heads), rows)


def persona_table(log_odds: Floats, accounts: LabelledAccounts) -> str:
    """Accounts from each threshold on, by persona and by level of a campaign.

    Personas of which none reaches the lowest threshold are left out.
    """
    probability = 1 / (1 + np.exp(-log_odds))
    rows = []
    for name in np.unique(accounts.persona).tolist():
        values = probability[accounts.persona == name]
        counts = [int((values >= limit).sum()) for limit in PROBABILITY_THRESHOLDS]
        if any(counts):
            rows.append((name, str(len(values)), *map(str, counts)))
    heads = [f"from {limit:g}" for limit in PROBABILITY_THRESHOLDS]
    return table(("persona", "accounts", *heads), rows)


def closest_table(
    log_odds: Floats,
    accounts: LabelledAccounts,
    fit: Fit,
    columns: Columns,
    wants_extraction: bool,
    threshold: float,
) -> str:
    """Accounts nearest to a threshold on the wrong side, or nearly so, and why."""
    chosen = np.flatnonzero(accounts.is_extraction == wants_extraction)
    limit = float(np.log(threshold / (1 - threshold)))
    distance = (log_odds[chosen] - limit) * (1 if wants_extraction else -1)
    is_right = distance >= 0 if wants_extraction else distance > 0
    order = np.lexsort((np.abs(distance), is_right))
    rows = []
    findings = accounts.findings
    for account in chosen[order][:_CLOSEST]:
        here = findings.observation == account
        said = np.bincount(
            findings.parameter[here],
            fit.weights[findings.parameter[here]] * findings.value[here],
            len(columns.names),
        )
        heavy = [n for n in np.argsort(-np.abs(said)) if abs(said[n]) >= 0.1][:5]
        reasons = ", ".join(f"{columns.names[n]} {said[n]:+.1f}" for n in heavy)
        rows.append(
            (str(accounts.persona[account]), _decimal(log_odds[account], 1), reasons)
        )
    return table(("account", "log-odds", "before caps"), rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(("a",), [("1",)]))
    | a |
    |---|
    | 1 |
    """
    lines = [heads, *rows]
    body = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([body[0], "|" + "---|" * len(heads), *body[1:]])


def _decimal(value: float, places: int) -> str:
    return f"{value:.{places}f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
