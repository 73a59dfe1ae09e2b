"""The tables that a calibration prints, in Markdown."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tests.worlds.calibration.capped_logistic import Findings, probability
from tests.worlds.calibration.observations import LabelledAccounts
from tests.worlds.calibration.quality import (
    mean_loss,
    precision,
    rank_quality,
    recall,
    recall_at_false_positive_rate,
)
from tests.worlds.calibration.seeds import Weighing
from tests.worlds.hashing import Booleans, Floats

LOG_ODDS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
PROBABILITIES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.8, 0.95)
_FALSE_POSITIVE_RATES = (0.001, 0.01)
_MEDIUM = 0.05


def weights_table(
    weighing: Weighing,
    fits: Mapping[str, Floats],
    findings: Findings,
    labels: Booleans,
) -> str:
    """Weights now and of each fit, and the share of either class that each concerns."""
    rows = []
    for number, name in enumerate(weighing.names):
        concerned = np.zeros(len(labels), dtype=bool)
        concerned[findings.observation[findings.parameter == number]] = True
        shares = (concerned[labels].mean(), concerned[~labels].mean())
        rows.append(
            (
                name,
                f"{weighing.weights[number]:.3f}",
                *(f"{weights[number]:.3f}" for weights in fits.values()),
                *(f"{100 * share:.1f}%" for share in shares),
            )
        )
    return table(("weight of", "now", *fits, "positives", "negatives"), rows)


def threshold_table(
    scores: Floats, labels: Booleans, thresholds: Iterable[float], unit: str
) -> str:
    """Precision and recall when all from a threshold on are decided."""
    rows = []
    for threshold in thresholds:
        decided = scores >= threshold
        exact = precision(decided, labels)
        rows.append(
            (
                f"{threshold:g}",
                "none decided" if exact is None else f"{exact:.4f}",
                f"{recall(decided, labels):.3f}",
                str(int((decided & ~labels).sum())),
            )
        )
    return table((f"{unit} from", "precision", "recall", "false positives"), rows)


def member_table(log_odds: Floats, is_member: Booleans) -> str:
    """Members and strangers of campaigns' communities from several log-odds on."""
    lines = ["| log-odds from | members kept | strangers kept |", "|---|---|---|"]
    for least in (-1.0, 0.0, 1.0, 2.0):
        kept = log_odds >= least
        members = f"{(kept & is_member).sum()} of {is_member.sum()}"
        strangers = f"{(kept & ~is_member).sum()} of {(~is_member).sum()}"
        lines.append(f"| {least:g} | {members} | {strangers} |")
    return "\n".join(lines)


def rank_table(scored: Sequence[tuple[str, Floats, Booleans]]) -> str:
    """Recall at given false-positive rates, which no shift of the scores changes.

    One row per name, scores and labels.
    """
    rows = []
    for name, scores, labels in scored:
        recalls = [
            recall_at_false_positive_rate(scores, labels, rate)
            for rate in _FALSE_POSITIVE_RATES
        ]
        rows.append((name, *(f"{share:.3f}" for share in recalls)))
    heads = [f"recall at {100 * rate:g}% false" for rate in _FALSE_POSITIVE_RATES]
    return table(("scores", *heads), rows)


def verdict_table(fits: Mapping[str, Floats], labels: Booleans) -> str:
    """How log-odds of decided accounts agree with the verdicts, one row per fit."""
    rows = []
    for name, log_odds in fits.items():
        decided = probability(log_odds) >= _MEDIUM
        rows.append(
            (
                name,
                f"{mean_loss(log_odds, labels):.3f}",
                f"{rank_quality(log_odds, labels):.3f}",
                f"{recall(decided, labels):.3f}",
                str(int((decided & ~labels).sum())),
            )
        )
    heads = ("weights", "loss per verdict", "rank quality")
    return table((*heads, f"recall from {_MEDIUM:g}", f"false from {_MEDIUM:g}"), rows)


def persona_table(probability: Floats, accounts: LabelledAccounts) -> str:
    """Accounts from each threshold on, by persona or level of their campaign.

    Personas of which none reaches the lowest threshold are left out.
    """
    rows = []
    for name in np.unique(accounts.persona).tolist():
        values = probability[accounts.persona == name]
        counts = [int((values >= threshold).sum()) for threshold in PROBABILITIES]
        if any(counts):
            rows.append((name, str(len(values)), *map(str, counts)))
    heads = [f"from {threshold:g}" for threshold in PROBABILITIES]
    return table(("persona", "accounts", *heads), rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(("a", "b"), [("1", "2")]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    body = ["| " + " | ".join(line) + " |" for line in (heads, *rows)]
    return "\n".join([body[0], "|" + "---|" * len(heads), *body[1:]])
