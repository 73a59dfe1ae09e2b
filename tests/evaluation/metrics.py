"""The figures by which a detector is judged on a labelled log."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from tests.evaluation.grouping import (
    Pivots,
    Successors,
    homes,
    pair_f1,
    pivots,
    successors,
    wrong_clusters,
)
from tests.evaluation.judgement import Judgement
from tests.evaluation.ranking import (
    at_base_rate,
    average_precision,
    brier,
    calibration_error,
    precision_at,
    recall_at,
)
from tests.evaluation.truth import Truth

ANALYST_LISTS = (50, 100, 200, 400)
# An account counts as mixed when between these shares of its requests extract.
MIXED_SHARES = (0.02, 0.98)


@dataclass(frozen=True)
class Figures:
    """docs/evaluation.md says what each figure means; None where it means nothing."""

    recall: float  # at 0.1% false positives
    recall_at_1: float
    recall_with_text: float | None
    average_precision: float
    precision_at: dict[int, float]
    decided_precision: float
    decided_recall: float
    false_positive_rate: float
    personas: dict[str, tuple[int, int]]  # decided wrongly, of how many
    brier: float | None
    calibration_error: float | None
    found: int
    campaigns: int
    pair_f1: float
    wrong_clusters: int
    share_error: float | None
    share_error_of_constant: float | None
    successors: Successors | None
    pivots: Pivots | None

    @property
    def wrongly_decided(self) -> int:
        """Benign accounts that were decided."""
        return sum(wrong for wrong, _ in self.personas.values())


def judge(truth: Truth, said: Judgement, base_rate: float) -> Figures:
    """All figures; `base_rate` is the one that probabilities were said at.

    There is at least one benign and one extracting account.
    """
    labels, decided = truth.is_extraction, said.decided
    hits, errors = int((decided & labels).sum()), int((decided & ~labels).sum())
    text = truth.has_text
    home = homes(truth, said)
    moved = at_base_rate(said.score, base_rate, float(labels.mean()))
    error, constant = _share_errors(truth, said)
    return Figures(
        recall=recall_at(labels, said.score, 0.001),
        recall_at_1=recall_at(labels, said.score, 0.01),
        recall_with_text=(
            recall_at(labels[text], said.score[text], 0.001)
            if (text & labels).any() and (text & ~labels).any()
            else None
        ),
        average_precision=average_precision(labels, said.score),
        precision_at={n: precision_at(labels, said.score, n) for n in ANALYST_LISTS},
        decided_precision=hits / max(1, hits + errors),
        decided_recall=hits / int(labels.sum()),
        false_positive_rate=errors / int((~labels).sum()),
        personas=_personas(truth, said),
        brier=brier(labels, moved) if said.is_probability else None,
        calibration_error=(
            calibration_error(labels, moved) if said.is_probability else None
        ),
        found=sum(one.is_found for one in home.values()),
        campaigns=len(home),
        pair_f1=pair_f1(truth, said),
        wrong_clusters=wrong_clusters(truth, said),
        share_error=error,
        share_error_of_constant=constant,
        successors=(
            None if said.successions is None else successors(truth, said.successions)
        ),
        pivots=None if said.pivoting is None else pivots(truth, said, said.pivoting),
    )


def _personas(truth: Truth, said: Judgement) -> dict[str, tuple[int, int]]:
    benign = ~truth.is_extraction
    sizes = Counter(truth.persona[benign].tolist())
    wrong = Counter(truth.persona[benign & said.decided].tolist())
    return {name: (wrong[name], size) for name, size in sorted(sizes.items())}


def _share_errors(truth: Truth, said: Judgement) -> tuple[float | None, float | None]:
    """Mean error of the extraction share of mixed accounts, and of one constant."""
    low, high = MIXED_SHARES
    real = truth.extraction_share
    mixed = truth.is_extraction & (real > low) & (real < high)
    if said.extraction_share is None or not mixed.any():
        return None, None
    error = abs(real[mixed] - said.extraction_share[mixed]).mean()
    return float(error), float(abs(real[mixed] - np.median(real[mixed])).mean())
