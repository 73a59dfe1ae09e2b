"""Steps that are there are found on their day; steady series stay whole."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from udfs.phase_changes import DAYS_MAX, SERIES, phase_changes

FIRST_DAY = 20_515  # a Monday
DAYS = np.arange(FIRST_DAY, FIRST_DAY + 30)
IS_WEEKEND = np.isin(DAYS % 7, (2, 3))
Cells = list[dict[str, int]]


def volume(counts: np.ndarray[Any, Any]) -> Cells:
    days = range(FIRST_DAY, FIRST_DAY + len(counts))
    return [
        {"day_number": day, "category": 1, "requests": int(count)}
        for day, count in zip(days, counts, strict=True)
        if count > 0
    ]


def mix(rng: np.random.Generator, shares: list[list[float]]) -> Cells:
    """A day each of the given shares; days differ by more than counting."""
    return [
        {"day_number": FIRST_DAY + place, "category": category, "requests": int(count)}
        for place, day in enumerate(shares)
        for category, count in enumerate(
            rng.multinomial(
                rng.integers(20, 200), rng.dirichlet(30 * np.asarray(day) + 1e-3)
            )
        )
        if count
    ]


def found(*series: Cells | None, is_mix: bool = False, **limits: float) -> list[Any]:
    given = {
        "is_mix": is_mix,
        "days_min": 3,
        "effect_min": 0.2 if is_mix else 1.5,
        "p_value_max": 0.01,
    } | limits
    rows = [None if cells is None else given | {"cells": cells} for cells in series]
    changes: list[Any] = phase_changes(pa.array(rows, SERIES)).to_pylist()
    return changes


def days_of(changes: list[dict[str, float]]) -> list[float]:
    return [change["changed_day"] - FIRST_DAY for change in changes]


def overdispersed(rng: np.random.Generator, level: Any) -> np.ndarray[Any, Any]:
    """Negative-binomial counts whose days vary by about 30%."""
    return np.asarray(rng.poisson(level * rng.gamma(10, 0.1, len(DAYS))))


def test_steady_volumes_hardly_ever_change() -> None:
    rng = np.random.default_rng(1)
    series = [volume(overdispersed(rng, 80 - 60 * IS_WEEKEND)) for _ in range(300)]
    changed = sum(bool(changes) for changes in found(*series, effect_min=1.0))
    assert changed <= 9  # 1% of 300 are expected; 10 or more come once in 1,000 times


def test_steady_mixes_hardly_ever_change() -> None:
    rng = np.random.default_rng(2)
    week = [[0.7, 0.2, 0.1], [0.2, 0.7, 0.1]]
    shares = [week[weekend] for weekend in IS_WEEKEND.astype(int)]
    series = [mix(rng, shares) for _ in range(300)]
    changes = found(*series, is_mix=True, effect_min=0.0)
    assert sum(map(bool, changes)) <= 9


@pytest.mark.parametrize("factor", [3.0, 1 / 3])
@pytest.mark.parametrize("day", [6, 15, 24])
def test_a_step_of_the_volume_is_found(factor: float, day: int) -> None:
    rng = np.random.default_rng([3, day])
    level = np.where(np.arange(30) < day, 90.0, 90.0 * factor)
    level[IS_WEEKEND] *= 0.3
    series = [volume(overdispersed(rng, level)) for _ in range(40)]
    days = [days_of(changes) for changes in found(*series)]
    near = sum(any(abs(one - day) <= 1 for one in ones) for ones in days)
    assert near >= (36 if day == 15 else 28)  # six days tell less than fifteen


def test_steps_of_the_mix_are_found() -> None:
    rng = np.random.default_rng(4)
    shares = [[0.8, 0.2, 0.0]] * 10 + [[0.1, 0.3, 0.6]] * 9 + [[0.8, 0.2, 0.0]] * 11
    series = [mix(rng, shares) for _ in range(40)]
    days = [days_of(changes) for changes in found(*series, is_mix=True)]
    assert sum(ones == [10, 19] for ones in days) >= 36


def test_single_odd_days_are_no_phase() -> None:
    counts = np.full(30, 100)
    counts[[4, 9, 20]] = 2, 900, 0
    assert found(volume(counts)) == [[]]


def test_a_pause_is_a_phase() -> None:
    rng = np.random.default_rng(5)
    level = np.full(30, 80.0)
    level[12:20] = 0
    (changes,) = found(volume(overdispersed(rng, level)))
    assert days_of(changes) == [12, 20]


def test_a_small_change_is_none_however_sure() -> None:
    counts = np.where(np.arange(30) < 15, 1000, 1400)
    assert found(volume(counts)) == [[]]
    assert days_of(found(volume(counts), effect_min=1.3)[0]) == [15]


def test_the_order_of_cells_and_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(6)
    cells = mix(rng, [[0.8, 0.2]] * 12 + [[0.2, 0.8]] * 12)
    alone = found(cells, is_mix=True)[0]
    assert days_of(alone) == [12]
    assert found(None, cells[::-1], [], is_mix=True) == [None, alone, []]


def test_few_days_and_long_histories() -> None:
    assert found(volume(np.array([1, 1, 900, 900, 900]))) == [[]]
    counts = np.full(DAYS_MAX + 100, 10)
    counts[:50] = 1000  # longer ago than is looked at
    assert found(volume(counts)) == [[]]
