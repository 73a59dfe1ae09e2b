"""Connected components."""

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def components(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Component of each account that an edge joins to another, named by one member.

    >>> components([("a", "b"), ("b", "c"), ("d", "d")])
    {'a': 'a', 'b': 'a', 'c': 'a'}
    """
    pairs = sorted({(one, other) for one, other in edges if one != other})
    names = sorted({name for pair in pairs for name in pair})
    if not names:
        return {}
    place = {name: row for row, name in enumerate(names)}
    rows = np.array([[place[one], place[other]] for one, other in pairs])
    size = len(names)
    graph = coo_matrix((np.ones(len(rows)), (rows[:, 0], rows[:, 1])), (size, size))
    labels = connected_components(graph, directed=False)[1].tolist()
    first: dict[int, str] = {}
    for label, name in zip(labels, names, strict=True):
        first.setdefault(label, name)
    return {name: first[label] for label, name in zip(labels, names, strict=True)}


def sizes(clusters: Mapping[str, str]) -> dict[str, int]:
    """Size of the cluster of each clustered account.

    >>> sizes({"a": "x", "b": "x"})
    {'a': 2, 'b': 2}
    """
    members: dict[str, int] = {}
    for cluster in clusters.values():
        members[cluster] = members.get(cluster, 0) + 1
    return {account: members[cluster] for account, cluster in clusters.items()}
