"""Days on which what a group does every day changed for good."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

CELL = {
    "day_number": pa.int64(),
    "category": pa.int64(),
    "requests": pa.int64(),
}
SERIES = pa.struct(
    [
        ("cells", pa.list_(pa.struct(list(CELL.items())))),
        ("is_mix", pa.bool_()),
        ("days_min", pa.int64()),
        ("effect_min", pa.float64()),
        ("p_value_max", pa.float64()),
    ]
)
RESULT = pa.list_(
    pa.struct(
        [
            ("changed_day", pa.int64()),
            ("p_value", pa.float64()),
        ]
    )
)

PERMUTATIONS = 999
"""Orders of the days that a change is compared with: the smallest p-value is 0.001."""
FIRST_PERMUTATIONS = 99
"""After these it is given up when the change is nothing special."""
DAYS_MAX = 120
"""Only the last days of a longer history are looked at."""

Doubles = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Change = tuple[int, float]


def _strata(days: Longs) -> list[Longs]:
    """Places of the weekdays and of the weekends: day 0 was a Thursday."""
    is_weekend = np.isin(days % 7, (2, 3))
    return [np.flatnonzero(~is_weekend), np.flatnonzero(is_weekend)]


def _without_weekends(days: Longs, logs: Doubles) -> Doubles:
    """Logs of which weekends are raised by what they usually are below weekdays."""
    weekdays, weekends = _strata(days)
    steps = []
    for place in weekends:
        beside = weekdays[np.abs(weekdays - place) <= 2]
        if len(beside):
            steps.append(logs[place] - logs[beside].mean())
    raised = logs.copy()
    if steps:
        raised[weekends] -= np.median(steps)
    return raised


def _smoothed(logs: Doubles) -> Doubles:
    """Median of each day and its neighbours: keeps steps, drops single odd days."""
    padded = np.concatenate([logs[..., :1], logs, logs[..., -1:]], axis=-1)
    three = np.stack([padded[..., :-2], padded[..., 1:-1], padded[..., 2:]])
    middle: Doubles = np.median(three, axis=0)
    return middle


def _plogp(counts: Doubles) -> Doubles:
    """Log-likelihood of counts at their own shares, over the last axis."""
    total = counts.sum(axis=-1)
    logs = np.log(np.maximum(counts, 1e-300))
    own = (counts * logs).sum(axis=-1)
    gain: Doubles = own - total * np.log(np.maximum(total, 1e-300))
    return gain


def _best_phase(
    values: Doubles, is_mix: bool, days_min: int
) -> tuple[Doubles, Longs, Longs]:
    """The stretch of days that differs most from the others, for each order of days.

    Args:
        values: (orders, days, categories) counts of a mix, or (orders, days) logs.
        is_mix: G statistic of the two mixes, or squared difference of the mean logs.
        days_min: days of the stretch, and of what is before and after it, if anything.

    Returns:
        What it explains, its first place and the place after its last: (orders,) each.
    """
    orders, count = values.shape[:2]
    table = values if is_mix else _smoothed(values)[..., None]
    sums = np.concatenate(
        [np.zeros((orders, 1, table.shape[2])), np.cumsum(table, axis=1)], axis=1
    )
    total = sums[:, -1:]
    gain = np.full(orders, -np.inf)
    first, last = np.zeros(orders, dtype=np.int64), np.zeros(orders, dtype=np.int64)
    for begin in (0, *range(days_min, count - days_min + 1)):
        ends = [*range(begin + days_min, count - days_min + 1), count]
        ends = ends if begin else ends[:-1]
        if not ends:
            continue
        inside = sums[:, ends] - sums[:, [begin]]
        if is_mix:
            gains = _plogp(inside) + _plogp(total - inside)
        else:
            size = np.array(ends) - begin
            difference = (inside / size[:, None])[..., 0] - (
                (total - inside) / (count - size)[:, None]
            )[..., 0]
            gains = difference**2 * size * (count - size) / count
        best = np.argmax(gains, axis=1)
        found = gains[np.arange(orders), best]
        is_better = found > gain
        gain[is_better] = found[is_better]
        first[is_better] = begin
        last[is_better] = np.array(ends)[best[is_better]]
    return gain, first, last


def _effect(before: Doubles, after: Doubles, is_mix: bool) -> float:
    """Largest change of a share, or factor between the median days."""
    if is_mix:
        shares = [side.sum(axis=0) / side.sum() for side in (before, after)]
        return float(np.abs(shares[0] - shares[1]).max())
    return float(np.exp(abs(np.median(before) - np.median(after))))


def _tested_phase(
    days: Longs, values: Doubles, is_mix: bool, days_min: int
) -> tuple[int, int, float]:
    """Bounds of the best stretch, and how often chance finds one as good.

    Whole days change places, weekdays with weekdays and weekends with weekends: so days
    may differ from each other by more than counting, and weekends from weekdays.
    """
    strata = _strata(days)
    gain, first, last = _best_phase(values[None], is_mix, days_min)
    # the same orders for every series of as many days, in every run and engine
    rng = np.random.default_rng(len(days))
    as_good = tried = 0
    for many in (FIRST_PERMUTATIONS, PERMUTATIONS - FIRST_PERMUTATIONS):
        order = np.tile(np.arange(len(days)), (many, 1))
        for places in strata:
            order[:, places] = rng.permuted(order[:, places], axis=1)
        chance, _, _ = _best_phase(values[order], is_mix, days_min)
        as_good += int((chance >= gain[0] - 1e-9).sum())
        tried += many
        if as_good > 0.1 * tried:
            break
    return int(first[0]), int(last[0]), (as_good + 1) / (tried + 1)


def _changes(
    days: Longs,
    values: Doubles,
    is_mix: bool,
    days_min: int,
    effect_min: float,
    p_value_max: float,
) -> list[Change]:
    """The best stretch first, then what is in it, before and after it."""
    if len(days) < 2 * days_min:
        return []
    first, last, p_value = _tested_phase(days, values, is_mix, days_min)
    if p_value > p_value_max:
        return []
    bounds = [0, first, last, len(days)]
    places = [
        place
        for before, place, after in zip(bounds, bounds[1:], bounds[2:], strict=False)
        if before < place < after
        and _effect(values[before:place], values[place:after], is_mix) >= effect_min
    ]
    if not places:
        return []
    found: list[Change] = [(int(days[place]), p_value) for place in places]
    for begin, end in zip([0, *places], [*places, len(days)], strict=True):
        part = slice(begin, end)
        found += _changes(
            days[part], values[part], is_mix, days_min, effect_min, p_value_max
        )
    return sorted(found)


def _table(cells: pa.StructArray, is_mix: bool) -> tuple[Longs, Doubles]:
    """Days in order and their values: counts by category, or logs of the volume.

    A volume has values for days without requests too.
    """
    day, category, requests = (
        cells.field(name).to_numpy(zero_copy_only=False) for name in CELL
    )
    if not len(day):
        return np.zeros(0, dtype=np.int64), np.zeros((0, 1))
    days = np.unique(day)
    if not is_mix:
        days = np.arange(days[0], days[-1] + 1)
        category = np.zeros_like(category)
    days = days[-DAYS_MAX:]
    is_kept = day >= days[0]
    names, column = np.unique(category[is_kept], return_inverse=True)
    counts = np.zeros((len(days), len(names)))
    row = np.searchsorted(days, day[is_kept])
    np.add.at(counts, (row, column), requests[is_kept])
    if is_mix:
        return days, counts
    return days, _without_weekends(days, np.log1p(counts[:, 0]))


def phase_changes(series: pa.Array) -> pa.Array:
    """Days from which on daily counts differ from those before, and stay so.

    Circular binary segmentation (Olshen and others, 2004): the stretch of days that
    differs most from all others is looked for, then what is in it, before and after it
    by itself. Stretches of a mix of categories are judged by their G statistic, those
    of a volume by the difference of the mean logs, after weekends are levelled and
    single odd days dropped (running median of three). Significance is that of a
    permutation test: whole days change places, weekdays with weekdays and weekends with
    weekends. So neither overdispersion nor the rhythm of the week is a change. A slow
    trend is one, and is told as steps. At most 999 orders of at most 120 days are
    looked at per stretch.

    Args:
        series: struct array, shape (n,): `cells` (day_number since 1970, category,
            requests, all int64), `is_mix` (shares of the categories, or their sum),
            `days_min` on either side of a change, `effect_min` (largest change of a
            share, or factor between the median days) and `p_value_max` of each stretch.

    Returns:
        list<struct<changed_day, p_value>> array, shape (n,): first day of each new
        phase, in order, and the p-value of its stretch. Null for null.

    Example:
        >>> cells = [
        ...     {"day_number": day, "category": 0, "requests": 10 + 90 * (day >= 20)}
        ...     for day in range(30)
        ... ]
        >>> one = {
        ...     "cells": cells, "is_mix": False, "days_min": 3, "effect_min": 1.5,
        ...     "p_value_max": 0.01,
        ... }
        >>> phase_changes(pa.array([one], SERIES)).to_pylist()[0][0]["changed_day"]
        20
    """
    found: list[list[dict[str, int | float]] | None] = []
    names = [field.name for field in RESULT.value_type]
    for one in series:
        if not one.is_valid:
            found.append(None)
            continue
        is_mix, days_min, effect_min, p_value_max = (
            one[name].as_py()
            for name in ("is_mix", "days_min", "effect_min", "p_value_max")
        )
        days, values = _table(one["cells"].values, is_mix)
        changes = _changes(days, values, is_mix, days_min, effect_min, p_value_max)
        found.append([dict(zip(names, change, strict=True)) for change in changes])
    return pa.array(found, RESULT)
