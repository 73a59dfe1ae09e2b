"""How groups that a tool finds match the real ones."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

Groups = Mapping[str, Hashable]
"""Group of each element; an element that is missing is alone."""


@dataclass(frozen=True)
class Agreement:
    """B-cubed figures (Bagga and Baldwin, 1998): means over elements with a label."""

    precision: float  # share of the element's group that has its label
    recall: float  # share of those with its label that are in its group

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def figures(self) -> tuple[float, float, float]:
        return self.precision, self.recall, self.f1


def b_cubed(truth: Mapping[str, str | None], groups: Groups) -> Agreement:
    """Compare; elements whose label is None belong to no real group.

    There is at least one label.

    >>> b_cubed({"a": "x", "b": "x", "c": None}, {"a": 1, "b": 1, "c": 1}).figures
    (0.6666666666666666, 1.0, 0.8)
    """
    group_of = {name: groups.get(name, ("alone", name)) for name in truth}
    sizes = Counter(group_of.values())
    labels = Counter(label for label in truth.values() if label is not None)
    both = Counter(
        (group_of[name], label) for name, label in truth.items() if label is not None
    )
    count = labels.total()
    return Agreement(
        sum(n * n / sizes[group] for (group, _), n in both.items()) / count,
        sum(n * n / labels[label] for (_, label), n in both.items()) / count,
    )


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Connected components of pairs, each named by one of its elements.

    >>> joined([("a", "b"), ("c", "b"), ("d", "e")])
    {'a': 'a', 'b': 'a', 'c': 'a', 'd': 'd', 'e': 'd'}
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return {name: root(name) for name in sorted(parent)}
