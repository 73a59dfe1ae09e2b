"""History of clusters that grow as links are established one after another."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

EVENT = pa.struct(
    [
        ("kind", pa.string()),
        ("account_number", pa.int64()),
        ("founding_link", pa.int64()),
        ("other_founding_link", pa.int64()),
        ("link_number", pa.int64()),
    ]
)

Longs = npt.NDArray[np.int64]


def _replay(link: Longs, one: Longs, other: Longs) -> pa.Array:
    """Union-find over links in order; see `cluster_history`."""
    order = np.argsort(link, kind="stable")
    size = int(max(one.max(), other.max())) + 1 if len(link) else 0
    parent = list(range(size))
    founded_by = [0] * size  # founding link of the cluster whose root this is
    joined_by = [0] * size  # link that brought an account into its first cluster
    events: list[tuple[str, int | None, int, int | None, int]] = []

    def root(account: int) -> int:
        while parent[account] != account:
            parent[account] = parent[parent[account]]
            account = parent[account]
        return account

    for number, a, b in zip(
        link[order].tolist(), one[order].tolist(), other[order].tolist(), strict=True
    ):
        root_a, root_b = root(a), root(b)
        if root_a == root_b:
            continue
        joined_by[a] = joined_by[a] or number
        joined_by[b] = joined_by[b] or number
        founders = founded_by[root_a], founded_by[root_b]
        if founders == (0, 0):
            kept, retired = number, None
            events.append(("founded", None, number, None, number))
        else:
            kept = min(founder for founder in founders if founder)
            retired = max(founders) if all(founders) else None
        if retired:
            events.append(("merged", None, kept, retired, number))
        parent[root_b] = root_a
        founded_by[root_a] = kept
    for account in range(size):
        if joined_by[account]:
            founder = founded_by[root(account)]
            events.append(("member", account, founder, None, joined_by[account]))
    kinds = zip(*events, strict=True) if events else [[]] * len(EVENT)
    columns = [
        pa.array(list(values), field.type)
        for values, field in zip(kinds, EVENT, strict=True)
    ]
    return pa.StructArray.from_arrays(columns, fields=list(EVENT))


def cluster_history(links: pa.Array) -> pa.Array:
    """Founding, merging and final members of the connected components of links.

    Links are taken in the order of their numbers. The first link between two single
    accounts founds a cluster, which is known by that link's number for ever; when two
    clusters meet, the one with the older founding link stays and the other is
    retired. The result depends on the order of the numbers only, not on the order of
    the rows. Incremental connectivity by union-find with path halving (Tarjan and van
    Leeuwen, 1984).

    Args:
        links: list<struct<link_number, one, other>> array, shape (n,): numbers from 1
            on, int64; each link joins two account numbers.

    Returns:
        list<struct> array, shape (n,), of events: kind `founded`, `merged`
        (other_founding_link was retired by link_number) or `member` (account_number
        belongs to the cluster of founding_link since link_number). Null for null.

    Example:
        >>> links = [{"link_number": 1, "one": 1, "other": 2}]
        >>> kind = pa.list_(pa.struct([(k, pa.int64()) for k in links[0]]))
        >>> [e["kind"] for e in cluster_history(pa.array([links], kind))[0].as_py()]
        ['founded', 'member', 'member']
    """
    histories: list[pa.Array | None] = []
    for row in links:
        if not row.is_valid:
            histories.append(None)
            continue
        fields = [
            row.values.field(name).to_numpy(zero_copy_only=False)
            for name in ("link_number", "one", "other")
        ]
        histories.append(_replay(*fields))
    sizes = [0 if history is None else len(history) for history in histories]
    offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))
    known = [history for history in histories if history is not None]
    values = pa.concat_arrays(known) if known else pa.array([], EVENT)
    mask = pa.array([history is None for history in histories], pa.bool_())
    return pa.ListArray.from_arrays(offsets, values, mask=mask)
