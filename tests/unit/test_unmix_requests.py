"""Work and cover of simulated pools."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from udfs.unmix_requests import CELL, unmix_requests

BINS = 24
LENGTHS = np.arange(BINS)
COVER = np.exp(-((LENGTHS - 8) ** 2) / 40)
WORK = np.exp(-((LENGTHS - 14) ** 2) / 6)
Rows = list[dict[str, Any]]


def normal(weights: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray(weights / weights.sum())


def pool(
    rng: np.random.Generator,
    work: int,
    covers: list[int],
    shared_family: float = 0.0,
    with_text: bool = True,
) -> tuple[Rows, list[float]]:
    """Cells of a pool whose heads do `work` requests each, and their true shares."""
    rows: Rows = []
    for account, cover in enumerate(covers):
        cells: dict[tuple[int, int], int] = {}
        for count, lengths, family in (
            (work, WORK, shared_family),
            (cover, COVER, 0.0),
        ):
            for length in rng.choice(BINS, count, p=normal(lengths)).tolist():
                number = -1 if not with_text else int(rng.random() < family)
                cells[length, number] = cells.get((length, number), 0) + 1
        rows += [
            {
                "account_number": account,
                "token_bin": length,
                "family_number": family,
                "requests": count,
                "first_hour": 0.0,
                "last_hour": 500.0,
                "token_reference": float(normal(COVER)[length] * 1e4 + 1),
                "family_reference": 1.0 if family < 1 else 1e-4,
            }
            for (length, family), count in cells.items()
        ]
    return rows, [work / (work + cover) for cover in covers]


def unmixed(*pools: Rows | None) -> list[Any]:
    kind = pa.list_(pa.struct(list(CELL.items())))
    results: list[Any] = unmix_requests(pa.array(list(pools), kind)).to_pylist()
    return results


def shares(rows: Rows) -> list[float]:
    """Expected share of work by account."""
    (cells,) = unmixed(rows)
    probability = {
        (c["account_number"], c["token_bin"], c["family_number"]): c["probability"]
        for c in cells
    }
    accounts = sorted({row["account_number"] for row in rows})
    return [
        sum(
            row["requests"]
            * probability[account, row["token_bin"], row["family_number"]]
            for row in rows
            if row["account_number"] == account
        )
        / sum(row["requests"] for row in rows if row["account_number"] == account)
        for account in accounts
    ]


@pytest.mark.parametrize(
    ("shared_family", "with_text", "error"),
    [(0.9, True, 0.03), (0.0, True, 0.11), (0.0, False, 0.11)],
)
def test_shares_of_mixed_accounts_are_estimated(
    shared_family: float, with_text: bool, error: float
) -> None:
    """On the average of several pools; one constant for all would err by 0.13."""
    errors = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        covers = [int(cover) for cover in rng.uniform(5, 300, 40)]
        rows, truth = pool(rng, 60, covers, shared_family, with_text)
        errors.append(np.abs(np.array(shares(rows)) - truth).mean())
    assert np.mean(errors) < error


def test_a_pool_without_cover_is_all_work() -> None:
    rows, _ = pool(np.random.default_rng(2), 100, [0] * 30)
    assert min(shares(rows)) > 0.9


def test_an_account_that_only_covers_fits_worse_than_the_others() -> None:
    rng = np.random.default_rng(3)
    rows, _ = pool(rng, 60, [60] * 20)
    stranger, _ = pool(rng, 0, [120])
    rows += [row | {"account_number": 99} for row in stranger]
    (cells,) = unmixed(rows)
    requests = {(r["account_number"], r["token_bin"]): r["requests"] for r in rows}
    fits: dict[int, float] = {}
    for cell in cells:
        account = cell["account_number"]
        ratio = np.log1p(cell["even_share"] * np.expm1(cell["log_ratio"]))
        fits[account] = (
            fits.get(account, 0.0) + requests[account, cell["token_bin"]] * ratio
        )
    assert fits.pop(99) < -5
    assert min(fits.values()) > 0


def test_a_head_that_was_cut_short_is_not_taken_for_cover() -> None:
    rng = np.random.default_rng(4)
    rows, _ = pool(rng, 80, [40] * 20, shared_family=0.5)
    short, _ = pool(rng, 8, [4], shared_family=0.5)
    rows += [row | {"account_number": 20, "last_hour": 50.0} for row in short]
    assert shares(rows)[-1] == pytest.approx(2 / 3, abs=0.25)


def test_the_order_of_cells_does_not_matter() -> None:
    rows, _ = pool(np.random.default_rng(5), 30, [10, 50, 90])
    assert unmixed(rows) == unmixed(rows[::-1])


def test_null_empty_and_many_pools() -> None:
    rows, _ = pool(np.random.default_rng(6), 30, [10, 50, 90])
    alone = unmixed(rows)[0]
    assert unmixed(None, rows, []) == [None, alone, []]


def test_a_pool_of_which_nothing_is_known() -> None:
    rows, _ = pool(np.random.default_rng(7), 30, [10, 50])
    unknown = [row | {"token_bin": -1, "family_number": -1} for row in rows]
    assert all(0 < cell["probability"] < 1 for cell in unmixed(unknown)[0])
