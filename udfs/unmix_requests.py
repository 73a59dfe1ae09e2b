"""Which requests of a pool's accounts are its work, and which are a cover."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

CELL = {
    "account_number": pa.int64(),
    "token_bin": pa.int64(),
    "family_number": pa.int64(),
    "requests": pa.int64(),
    "first_hour": pa.float64(),
    "last_hour": pa.float64(),
    "token_reference": pa.float64(),
    "family_reference": pa.float64(),
}
RESULT = pa.list_(
    pa.struct(
        [
            ("account_number", pa.int64()),
            ("token_bin", pa.int64()),
            ("family_number", pa.int64()),
            ("probability", pa.float64()),
            ("log_ratio", pa.float64()),
            ("even_share", pa.float64()),
        ]
    )
)

EQUAL_SHARE = 0.7
"""How much an account's share is drawn towards the work that every head is given."""
LOW_QUANTILE = 0.2
"""Heads below this quantile of work were cut short; the rest did a full share."""
COVER_PRIOR = 0.2
"""Weight of the reference in the estimate of the cover, as share of all requests."""
WORK_PRIOR = 20.0
"""The same for the work, in requests."""
ROUNDS = 80

Doubles = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


class _Feature:
    """One categorical feature of cells; negative values are not observed."""

    def __init__(self, value: Longs, reference: Doubles) -> None:
        _, first, self.place = np.unique(value, return_index=True, return_inverse=True)
        self.size = len(first)
        self.is_seen = value >= 0
        reference = np.where(value[first] >= 0, reference[first], 0.0)
        self.reference = reference / max(reference.sum(), 1e-12)

    def shares(self, weight: Doubles, prior: float) -> Doubles:
        """Distribution of the weighted cells, drawn towards the reference."""
        counts = np.bincount(self.place, weight * self.is_seen, self.size)
        counts = counts + prior * self.reference + 1e-9
        shares: Doubles = counts / counts.sum()
        return shares

    def log_ratio(self, work: Doubles, cover: Doubles) -> Doubles:
        """Log-likelihood ratio of each cell, 0 where the feature is not observed."""
        ratio = np.log(work[self.place] / cover[self.place])
        return np.where(self.is_seen, ratio, 0.0)


def _sums(place: Longs, weight: Doubles) -> Doubles:
    return np.asarray(np.bincount(place, weight), dtype=np.float64)


def _exposure(account: Longs, first: Doubles, last: Doubles, accounts: int) -> Doubles:
    """Share of the pool's time in which each account was alive, at least 0.02."""
    begin, end = np.zeros(accounts), np.zeros(accounts)
    begin[account], end[account] = first, last
    pool_begin, pool_end = np.quantile(begin, 0.1), np.quantile(end, 0.9)
    alive = np.minimum(end, pool_end) - np.maximum(begin, pool_begin)
    return np.clip(alive / max(pool_end - pool_begin, 1.0), 0.02, 1.0)


def _unmix(columns: dict[str, npt.NDArray[np.generic]]) -> dict[str, Doubles]:
    """The results of each cell of one pool, by name; see `unmix_requests`."""
    requests = columns["requests"].astype(np.float64)
    names, account = np.unique(columns["account_number"], return_inverse=True)
    features = [
        _Feature(
            columns[name].astype(np.int64),
            columns[f"{name.split('_')[0]}_reference"].astype(np.float64),
        )
        for name in ("token_bin", "family_number")
    ]
    total = _sums(account, requests)
    exposure = _exposure(
        account,
        columns["first_hour"].astype(np.float64),
        columns["last_hour"].astype(np.float64),
        len(names),
    )
    cover_prior = COVER_PRIOR * requests.sum()

    def even_share(work: Doubles) -> Doubles:
        even = min(float(np.quantile(work / exposure, LOW_QUANTILE)), total.max())
        return np.asarray(np.clip(even * exposure / total, 0.01, 0.99))

    def probability(log_ratio: Doubles, work: Doubles) -> Doubles:
        share = EQUAL_SHARE * even_share(work) + (1 - EQUAL_SHARE) * work / total
        share = np.clip(share, 0.01, 0.99)
        log_odds = log_ratio + np.log(share / (1 - share))[account]
        return np.asarray(0.5 * (1 + np.tanh(0.5 * log_odds)))

    log_ratio = np.zeros(len(requests))
    for feature in features:
        pooled = feature.shares(requests, 1.0)
        log_ratio += feature.log_ratio(pooled, feature.shares(requests * 0, 1.0))
    is_work = probability(log_ratio, total)
    for _ in range(ROUNDS):
        log_ratio = np.zeros(len(requests))
        for feature in features:
            log_ratio += feature.log_ratio(
                feature.shares(requests * is_work, WORK_PRIOR),
                feature.shares(requests * (1 - is_work), cover_prior),
            )
        is_work = probability(log_ratio, _sums(account, requests * is_work))
    even = even_share(_sums(account, requests * is_work))
    return {
        "probability": is_work,
        "log_ratio": log_ratio,
        "even_share": even[account],
    }


def _rows(cells: pa.ListArray) -> Iterator[list[dict[str, object]] | None]:
    for row in cells:
        if not row.is_valid:
            yield None
            continue
        columns = {
            name: row.values.field(name).to_numpy(zero_copy_only=False) for name in CELL
        }
        order = np.lexsort(
            [columns[n] for n in ("family_number", "token_bin", "account_number")]
        )
        columns = {name: values[order] for name, values in columns.items()}
        if len(order):
            columns |= _unmix(columns)
        names = [field.name for field in RESULT.value_type]
        values = zip(*(columns[n].tolist() for n in names if n in columns), strict=True)
        yield [dict(zip(names, row_values, strict=True)) for row_values in values]


def unmix_requests(cells: pa.Array) -> pa.Array:
    """Split the requests of pools into work and cover.

    A pool's accounts carry one work list, split evenly, and a cover that differs from
    account to account in amount. Work and cover each have a distribution of input
    lengths and of prompt families. Both are estimated by expectation-maximisation, a
    mixture of multinomials with two components (naive Bayes; Nigam et al., 2000). The
    cover is drawn towards the reference, which is what accounts outside of pools send;
    the work of an account is drawn towards an even share of the pool's, in proportion
    to the time that the account was alive, because the work is a dispatcher's.

    Args:
        cells: list<struct> array, shape (n,), one list per pool with one element per
            account, bin of input tokens (negative: not known) and family (0: none of
            the shared ones, negative: text not kept): the requests of the cell, the
            account's first and last hour on any clock, and how frequent the bin and the
            family are in the reference (positive, need not add up to 1).

    Returns:
        list<struct<account_number, token_bin, family_number, probability, log_ratio,
        even_share>> array, shape (n,): the probability that a request of the cell is
        work; the log-likelihood ratio of work to cover; the share of the account's
        requests that would be work if all heads worked evenly. Null for null.

    Example:
        >>> rows = [(a, b, 0, 10, 0.0, 9.0, 0.9 if b == 1 else 0.1, 1.0)
        ...         for a, bins in ((1, (1, 7)), (2, (1, 7)), (3, (7,))) for b in bins]
        >>> cells = pa.array([[dict(zip(CELL, row)) for row in rows]],
        ...                  pa.list_(pa.struct(list(CELL.items()))))
        >>> [round(cell["probability"]) for cell in unmix_requests(cells)[0].as_py()]
        [0, 1, 0, 1, 1]
    """
    return pa.array(list(_rows(cells)), RESULT)
