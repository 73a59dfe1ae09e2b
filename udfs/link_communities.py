"""Groups of accounts within a graph of links that are tied together firmly."""

import random

import igraph
import numpy as np
import numpy.typing as npt
import pyarrow as pa

MEMBER = pa.struct([("account_number", pa.int64()), ("community", pa.int64())])

CONDUCTANCE_MIN = 0.2
"""Share of a group's ties that must lead outside of it for the group to be a part of
something larger; below it what connects it is a bridge."""

Longs = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]


def _communities(one: Longs, other: Longs, weight: Doubles) -> dict[int, int]:
    """Account number to the smallest account number of its community."""
    order = np.lexsort((other, one))
    accounts, ends = np.unique(np.concatenate([one, other]), return_inverse=True)
    edges = ends.reshape(2, -1).T[order]
    graph = igraph.Graph(n=len(accounts), edges=edges)
    graph.es["weight"] = weight[order]
    merged = _without_weak_cuts(_leiden(graph), edges, weight[order])
    first: dict[int, int] = {}
    for account, community in zip(accounts.tolist(), merged.tolist(), strict=True):
        first.setdefault(community, account)
    return {
        account: first[community]
        for account, community in zip(accounts.tolist(), merged.tolist(), strict=True)
    }


def _leiden(graph: igraph.Graph) -> Longs:
    """Community of each vertex, from rounds of Leiden as long as they are better.

    igraph's own repetition goes round for ever where partitions differ by less than
    its arithmetic: one in some thousand small graphs with a few weights.
    """
    igraph.set_random_number_generator(random.Random(0))
    membership, quality = None, -np.inf
    while True:
        found = graph.community_leiden(
            objective_function="modularity",
            weights="weight",
            initial_membership=membership,
            n_iterations=1,
        )
        if not found.quality > quality:
            return np.array(membership if membership else found.membership)
        membership, quality = found.membership, found.quality


def _without_weak_cuts(community: Longs, edges: Longs, weight: Doubles) -> Longs:
    """Merge communities until each is tied to the outside by bridges only."""
    size = int(community.max()) + 1
    ends = np.sort(community[edges], axis=1)
    cut, place = np.unique(ends[:, 0] * size + ends[:, 1], return_inverse=True)
    ties = np.bincount(place, weight)
    low, high = cut // size, cut % size
    now = np.arange(size)
    while True:
        one, other = now[low], now[high]
        is_cut = one != other
        volume = np.bincount(one, ties, size) + np.bincount(other, ties, size)
        outside = np.bincount(one[is_cut], ties[is_cut], size)
        outside += np.bincount(other[is_cut], ties[is_cut], size)
        conductance = outside / np.maximum(volume, 1e-12)
        loosest = int(np.argmax(conductance))
        if conductance[loosest] < CONDUCTANCE_MIN:
            return np.asarray(now[community])
        of_loosest = is_cut & ((one == loosest) | (other == loosest))
        neighbour = np.where(one == loosest, other, one)
        tied = np.bincount(neighbour[of_loosest], ties[of_loosest], size)
        closest = int(np.argmax(tied / np.maximum(volume, 1e-12)))
        now = np.where(now == max(loosest, closest), min(loosest, closest), now)


def link_communities(links: pa.Array) -> pa.Array:
    """Communities of a weighted graph, cut only where a cut costs little.

    Connected components have no notion of density: one wrong link makes one group of
    two. Modularity (Leiden algorithm; Traag, Waltman and van Eck, 2019) finds where a
    component is thin, but also parts a large dense group; so a community is merged
    with the one it is closest to as long as its conductance, the share of its ties
    that lead outside, reaches `CONDUCTANCE_MIN`. The result does not depend on the
    order of links.

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
