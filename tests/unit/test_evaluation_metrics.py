"""Figures of a small log that can be computed by hand."""

import doctest
import importlib
from dataclasses import replace

import numpy as np
import pytest

from tests.evaluation.grouping import homes
from tests.evaluation.judgement import (
    NO_CLUSTER,
    Judgement,
    Succession,
    judgement_of,
)
from tests.evaluation.metrics import judge
from tests.evaluation.ranking import recall_at
from tests.evaluation.truth import NO_LEVEL, Truth

BASE_RATE = 0.001
# Six accounts of two campaigns, four benign ones.
TRUTH = Truth(
    account_id=np.array([*"abcdef", *"wxyz"]),
    is_extraction=np.array([True] * 6 + [False] * 4),
    group=np.array(["amber"] * 4 + ["birch"] * 2 + [""] * 4),
    persona=np.array(["extraction"] * 6 + ["quiet"] * 3 + ["mover"]),
    level=np.array([0] * 4 + [5] * 2 + [NO_LEVEL] * 4),
    successor_of=np.array(["", "", "", "a", "", "", "", "", "", ""]),
    pivots=np.array([True] * 4 + [False] * 6),
    extraction_share=np.array([1.0, 1.0, 0.5, 0.25, 1.0, 1.0, 0, 0, 0, 0]),
    has_text=np.array([True, True, False, True, False, False, True, True, True, True]),
)
SAID = Judgement(
    score=np.array([0.9, 0.8, 0.7, 0.4, 0.5, 0.1, 0.6, 0.2, 0.1, 0.1]),
    decided=np.array([1, 1, 1, 0, 0, 0, 1, 0, 0, 0], dtype=bool),
    cluster=np.array(["1", "1", "1", "1", "2", "", "3", "3", "2", ""]),
    is_probability=True,
    extraction_share=np.array([1.0, 1.0, 0.75, 0.5, 0, 0, 0, 0, 0, 0]),
    successions=[
        Succession("b", "d", 0.6),
        Succession("a", "d", 0.3),
        Succession("a", "x", 0.5),
        Succession("y", "z", 0.9),
    ],
    pivoting=frozenset({"1", "3"}),
)


def test_ranking() -> None:
    figures = judge(TRUTH, SAID, BASE_RATE)
    assert figures.recall == 3 / 6  # above 0.6, the highest benign score
    assert figures.recall_at_1 == 3 / 6
    assert figures.recall_with_text == 2 / 3
    # Hits at ranks 1, 2, 3, 5, 6, and one of three tied on ranks 8 to 10.
    expected = (1 + 1 + 1 + 4 / 5 + 5 / 6 + 6 / 10) / 6
    assert figures.average_precision == pytest.approx(expected)
    assert figures.precision_at[50] == 6 / 10


def test_a_tie_with_the_benign_score_is_not_above_it() -> None:
    labels = np.array([True, True, False])
    assert recall_at(labels, np.array([0.5, 0.9, 0.5]), 0.001) == 0.5


def test_decision() -> None:
    figures = judge(TRUTH, SAID, BASE_RATE)
    assert figures.decided_precision == 3 / 4
    assert figures.decided_recall == 3 / 6
    assert figures.false_positive_rate == 1 / 4
    assert figures.personas == {"mover": (0, 1), "quiet": (1, 3)}
    assert figures.wrongly_decided == 1


def test_probabilities_are_moved_to_the_base_rate_of_the_log() -> None:
    scores = np.full(10, 0.6)  # the log's own rate
    certain = replace(SAID, score=scores)
    figures = judge(TRUTH, certain, 0.6)
    assert figures.calibration_error == pytest.approx(0, abs=1e-12)
    assert figures.brier == pytest.approx(0.6 * 0.16 + 0.4 * 0.36)
    moved = judge(TRUTH, certain, 0.001).calibration_error
    assert moved is not None
    assert moved > 0.3


def test_scores_that_are_no_probabilities_have_no_calibration() -> None:
    figures = judge(TRUTH, replace(SAID, is_probability=False), BASE_RATE)
    assert figures.brier is None
    assert figures.calibration_error is None


def test_clusters() -> None:
    figures = judge(TRUTH, SAID, BASE_RATE)
    assert (figures.found, figures.campaigns) == (1, 2)
    assert homes(TRUTH, SAID)["birch"].purity == 0.5
    # Real pairs 6 + 1; said pairs 6 + 1 (e and y) + 1, less the benign pair w and x.
    assert figures.pair_f1 == pytest.approx(2 * 6 / (7 + 7))
    assert figures.wrong_clusters == 1  # of w and x


def test_a_campaign_without_clusters_has_no_home() -> None:
    alone = replace(SAID, cluster=np.full(10, NO_CLUSTER))
    figures = judge(TRUTH, alone, BASE_RATE)
    assert (figures.found, figures.pair_f1, figures.wrong_clusters) == (0, 0.0, 0)


def test_share_of_mixed_accounts() -> None:
    figures = judge(TRUTH, SAID, BASE_RATE)
    assert figures.share_error == pytest.approx(0.25)
    assert figures.share_error_of_constant == pytest.approx(0.125)


def test_successions() -> None:
    figures = judge(TRUTH, SAID, BASE_RATE).successors
    assert figures is not None
    assert figures.accounts == 1
    assert figures.reciprocal_rank == 0.5
    assert figures.hit == 0
    assert figures.pool_hit == 1
    assert figures.called_heirs == 1 / 4  # x; the one before z is no suspect


def test_pivots() -> None:
    figures = judge(TRUTH, SAID, BASE_RATE).pivots
    assert figures is not None
    assert (figures.found, figures.campaigns, figures.false) == (1, 1, 1)


def test_accounts_left_out_count_nowhere() -> None:
    kept = ~TRUTH.is_extraction | (TRUTH.level == 0)
    figures = judge(TRUTH.only(kept), SAID.only(kept), BASE_RATE)
    assert figures.campaigns == 1
    assert figures.recall == 3 / 4
    assert figures.pair_f1 == pytest.approx(2 * 6 / (6 + 6))


def test_a_peer_decides_from_its_threshold_on() -> None:
    said = judgement_of(TRUTH, {"a": 2.0, "w": 1.0}, 2.0, {"a": "1", "w": "1"})
    assert said.decided.tolist() == [True] + [False] * 9
    assert said.score.tolist() == [2.0] + [1.0] * 9
    assert said.cluster[1] == NO_CLUSTER


def test_an_account_without_a_score_is_never_decided() -> None:
    said = judgement_of(TRUTH, {"a": 2.0}, 0.0)
    assert said.decided.tolist() == [True] + [False] * 9


@pytest.mark.parametrize(
    "name", ["ranking", "markdown", "peers.components", "grouping"]
)
def test_examples_in_docstrings(name: str) -> None:
    module = importlib.import_module(f"tests.evaluation.{name}")
    assert doctest.testmod(module).failed == 0
