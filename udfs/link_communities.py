"""Groups of accounts within a graph of links that are tied together firmly."""

import random

import igraph
import numpy as np
import numpy.typing as npt
import pyarrow as pa

MEMBER = pa.struct([("account_number", pa.int64()), ("community", pa.int64())])

CONDUCTANCE_MIN = 0.1
"""Share of the smaller group's ties that must lead to the other group for the two to be
one; below it what connects them is a bridge."""

Longs = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]


def _communities(one: Longs, other: Longs, weight: Doubles) -> dict[int, int]:
    """Account number to the smallest account number of its community."""
    order = np.lexsort((other, one))
    accounts, ends = np.unique(np.concatenate([one, other]), return_inverse=True)
    edges = ends.reshape(2, -1).T[order]
    graph = igraph.Graph(n=len(accounts), edges=edges)
    igraph.set_random_number_generator(random.Random(0))
    found = graph.community_leiden(
        objective_function="modularity", weights=weight[order], n_iterations=-1
    )
    merged = _without_weak_cuts(np.array(found.membership), edges, weight[order])
    first: dict[int, int] = {}
    for account, community in zip(accounts.tolist(), merged.tolist(), strict=True):
        first.setdefault(community, account)
    return {
        account: first[community]
        for account, community in zip(accounts.tolist(), merged.tolist(), strict=True)
    }


def _without_weak_cuts(community: Longs, edges: Longs, weight: Doubles) -> Longs:
    """Merge communities until every cut between two of them is a bridge."""
    while True:
        size = int(community.max()) + 1
        ends = community[edges]
        volume = np.bincount(ends.ravel(), np.repeat(weight, 2), size)
        low, high = ends.min(axis=1), ends.max(axis=1)
        cut, place = np.unique(low * size + high, return_inverse=True)
        ties = np.bincount(place, weight)
        low, high = cut // size, cut % size
        conductance = ties / np.minimum(volume[low], volume[high])
        conductance[low == high] = 0.0
        best = int(np.argmax(conductance))
        if conductance[best] < CONDUCTANCE_MIN:
            return community
        community = np.where(community == high[best], low[best], community)
        community = np.unique(community, return_inverse=True)[1]


def link_communities(links: pa.Array) -> pa.Array:
    """Communities of a weighted graph, cut only where a cut costs little.

    Connected components have no notion of density: one wrong link makes one group of
    two. Modularity (Leiden algorithm; Traag, Waltman and van Eck, 2019) finds where a
    component is thin, but also parts a large dense group; so communities are merged
    again as long as the conductance of the cut between two of them reaches
    `CONDUCTANCE_MIN`. The result does not depend on the order of links.

    Args:
        links: list<struct<one, other, weight>> array, shape (n,): int64 numbers of two
            different accounts, and a double > 0 for how firmly they are tied.

    Returns:
        list<struct<account_number, community>> array, shape (n,): every account of the
        links with the smallest account number of its community. Null for null.

    Example:
        >>> ties = [(1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (4, 6), (5, 6)]
        >>> kind = pa.struct([("one", pa.int64()), ("other", pa.int64()),
        ...                   ("weight", pa.float64())])
        >>> links = [{"one": a, "other": b, "weight": 1.0 if a + b != 7 else 0.1}
        ...          for a, b in ties]
        >>> members = link_communities(pa.array([links], pa.list_(kind)))[0].as_py()
        >>> [member["community"] for member in members]
        [1, 1, 1, 4, 4, 4]
    """
    rows: list[list[dict[str, int]] | None] = []
    for row in links:
        if not row.is_valid:
            rows.append(None)
            continue
        one, other, weight = (
            row.values.field(name).to_numpy(zero_copy_only=False)
            for name in ("one", "other", "weight")
        )
        members = _communities(one, other, weight) if len(one) else {}
        rows.append(
            [
                {"account_number": account, "community": community}
                for account, community in members.items()
            ]
        )
    return pa.array(rows, pa.list_(MEMBER))
