"""Weights of successions are fitted to what is known of the pairs."""

import doctest
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.worlds.calibration import succession_weights
from tests.worlds.calibration.capped_logistic import FitError
from tests.worlds.calibration.succession_weights import (
    Candidates,
    fit_continuation,
    fit_replacement,
)
from tests.worlds.calibration.successions import (
    SEED,
    read_features,
    read_successions,
    write_weights,
)
from tests.worlds.hashing import Booleans, Floats


def drawn(
    weights: dict[str, float], successors: int = 4000, candidates: int = 3
) -> Candidates:
    """Successors that choose as the weights say."""
    rng = np.random.default_rng(7)
    pairs = successors * candidates
    values = np.column_stack(
        [
            np.ones(pairs) if name == "any_pair" else rng.random(pairs)
            for name in weights
        ]
    )
    odds = np.exp(values @ np.array(list(weights.values()))).reshape(successors, -1)
    share = np.cumsum(odds / (1 + odds.sum(axis=1, keepdims=True)), axis=1)
    chosen = (rng.random((successors, 1)) > share).sum(axis=1)
    return Candidates(
        features=tuple(weights),
        values=values,
        successor=np.repeat(np.arange(successors), candidates),
        is_true=(np.arange(candidates) == chosen[:, None]).ravel(),
    )


def test_weights_of_the_choice_are_found_again() -> None:
    weights = {"any_pair": -2.0, "shared_device": 3.0, "new_client": -2.0}
    fitted = fit_continuation(drawn(weights), ridge=0.0)
    assert fitted == pytest.approx(weights, abs=0.25)


def test_what_is_shared_never_speaks_against() -> None:
    fitted = fit_continuation(drawn({"any_pair": -1.0, "shared_device": -2.0}))
    assert fitted["shared_device"] == 0


def test_ridge_draws_weights_to_nothing() -> None:
    candidates = drawn({"any_pair": -1.0, "shared_device": 3.0})
    free, held = (fit_continuation(candidates, ridge) for ridge in (0.0, 300.0))
    assert 0 < held["shared_device"] < free["shared_device"]


def test_both_purposes_weigh_the_same() -> None:
    log_odds = np.array([3.0, 5.0, -3.0, -5.0])

    def fitted(times: int) -> tuple[Floats, Booleans]:
        copies = np.array([times, times, 1, 1])
        return np.repeat(log_odds, copies), np.repeat(log_odds > 0, copies)

    once, often = (fit_replacement(*fitted(times), ridge=0.1) for times in (1, 50))
    assert once["extraction"] > 0
    assert abs(often["any_pair"]) < 0.05


def test_one_purpose_cannot_be_fitted() -> None:
    with pytest.raises(FitError):
        fit_replacement(np.array([1.0, 2.0]), np.array([True, True]))


def test_only_the_weights_of_the_seed_change(tmp_path: Path) -> None:
    seed = tmp_path / SEED.name
    seed.write_bytes(SEED.read_bytes())
    rows = [line.split(",") for line in SEED.read_text("utf-8").splitlines()]
    write_weights(seed, {(row[0], row[1]): 0.25 for row in rows[1:]})
    written = [line.split(",") for line in seed.read_text("utf-8").splitlines()]
    assert {row[2] for row in written[1:]} == {"0.250"}
    assert [row[:2] + row[3:] for row in written] == [row[:2] + row[3:] for row in rows]
    assert read_features(seed) == read_features(SEED)


def test_an_heir_whose_predecessor_is_no_candidate_is_left_out(tmp_path: Path) -> None:
    database, truth = tmp_path / "world.duckdb", tmp_path / "accounts.parquet"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """
            create table succession_candidates as
            select * from (values
                ('old', 'heir'), ('other', 'heir'), ('other', 'lost'), ('old', 'new')
            ) as pairs (predecessor_account_id, successor_account_id);
            create table account_ends as
            select 'old' as account_id, true as is_ban
            union all
            select 'other', false;
            create table entity_scores as
            select 'account' as entity_type, account as entity_id, score as log_odds
            from (values
                ('old', 2.0), ('other', -8.0), ('heir', 4.0), ('lost', 0.0),
                ('new', 0.0)
            ) as scores (account, score);
            create table succession_features as
            select * from (values
                ('old', 'heir', 0, 1.0, 3.5),
                ('other', 'heir', 0, 1.0, 0.0),
                ('old', 'new', 0, 1.0, 0.0),
                ('old', 'heir', 3, 1.0, 9.0),
                ('other', 'lost', 0, 1.0, 9.0)
            ) as features (
                predecessor_account_id, successor_account_id, after_requests,
                any_pair, shared_device
            )
            """
        )
    pq.write_table(
        pa.table(
            {
                "account_id": ["heir", "lost", "new"],
                "successor_of": ["old", "gone", None],
                "is_extraction": [True, True, False],
            }
        ),
        truth,
    )
    found = read_successions(database, truth, ("any_pair", "shared_device"))
    assert found.candidates.is_true.tolist() == [True, False, False]
    assert found.candidates.successor.tolist() == [0, 0, 1]
    assert found.candidates.values[:, 1].tolist() == [3.5, 0.0, 0.0]
    assert found.log_odds.tolist() == [3.0]
    assert found.is_replacement.tolist() == [True]


def test_examples_are_right() -> None:
    results = doctest.testmod(succession_weights)
    assert results.attempted
    assert not results.failed
