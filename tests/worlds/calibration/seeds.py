"""The seeds that hold the weights: reading, trial values, writing back."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.worlds.hashing import Floats

LINK_WEIGHTS = "link_weights.csv"
SIGNAL_WEIGHTS = "signal_weights.csv"
MEMBERSHIP_WEIGHTS = "membership_weights.csv"
_FAMILIES = "evidence_families.csv"

# Kinds of things that the worlds show too rarely by themselves, if ever, and what they
# are like: both are named by the client, both are addresses.
_TIED = {"session": "device", "signup_network": "network"}

Key = tuple[str, ...]


@dataclass(frozen=True)
class Weighing:
    """How kinds of findings are weighed.

    A kind's key is (entity_type,) for links and (signal, entity_type) for signals.
    Arrays are by parameter (`weights`) and by family (`family_caps`); `parameter` and
    `family` give a kind's place in them, `weight_max` caps one finding of the kind.
    """

    names: tuple[str, ...]
    weights: Floats
    family_caps: Floats
    parameter: Mapping[Key, int]
    family: Mapping[Key, int]
    weight_max: Mapping[Key, float]


def read_link_weighing(seeds: Path) -> Weighing:
    """Kinds of shared things in the order of the seed; tied kinds have one weight."""
    rows = _read(seeds / LINK_WEIGHTS)
    caps = {row["link_family"]: float(row["family_weight_max"]) for row in rows}
    return _weighing(
        keys=[(row["entity_type"],) for row in rows],
        names=[_link_name(row) for row in rows],
        weights=[float(row["weight_per_nat"]) for row in rows],
        families=[row["link_family"] for row in rows],
        caps=caps,
        weight_max=[float(row["weight_max"]) for row in rows],
    )


def read_signal_weighing(seeds: Path) -> Weighing:
    """Signals in the order of the seed; one weight for all entity types of a signal."""
    rows = _read(seeds / SIGNAL_WEIGHTS)
    families = _read(seeds / _FAMILIES)
    return _weighing(
        keys=[(row["signal"], row["entity_type"]) for row in rows],
        names=[row["signal"] for row in rows],
        weights=[float(row["weight_per_unit"]) for row in rows],
        families=[row["family"] for row in rows],
        caps={row["family"]: float(row["weight_max"]) for row in families},
        weight_max=[math.inf] * len(rows),
    )


def write_link_weights(seeds: Path, weights: Mapping[str, float]) -> None:
    """Replace the weights in the seed, by parameter name; all else stays."""
    path = seeds / LINK_WEIGHTS
    rows = _read(path)
    for row in rows:
        row["weight_per_nat"] = f"{weights[_link_name(row)]:.3f}"
    _write(path, rows)


def read_membership_weights(seeds: Path) -> dict[str, float]:
    """Weights by feature."""
    rows = _read(seeds / MEMBERSHIP_WEIGHTS)
    return {row["feature"]: float(row["weight"]) for row in rows}


def write_membership_weights(seeds: Path, weights: Mapping[str, float]) -> None:
    """Replace the weights in the seed, by feature."""
    path = seeds / MEMBERSHIP_WEIGHTS
    _write(
        path,
        [
            {"feature": row["feature"], "weight": f"{weights[row['feature']]:.3f}"}
            for row in _read(path)
        ],
    )


def write_signal_weights(seeds: Path, weights: Mapping[str, float]) -> None:
    """Replace the weights in the seed, by signal; all else stays."""
    path = seeds / SIGNAL_WEIGHTS
    rows = _read(path)
    for row in rows:
        row["weight_per_unit"] = f"{weights[row['signal']]:.3f}"
    _write(path, rows)


def _link_name(row: Mapping[str, str]) -> str:
    return _TIED.get(row["entity_type"], row["entity_type"])


def _weighing(
    keys: list[Key],
    names: list[str],
    weights: list[float],
    families: list[str],
    caps: Mapping[str, float],
    weight_max: list[float],
) -> Weighing:
    """Number parameters and families; of equal names the first gives the weight."""
    parameters = list(dict.fromkeys(names))
    family_names = list(caps)
    return Weighing(
        names=tuple(parameters),
        weights=np.array([weights[names.index(name)] for name in parameters]),
        family_caps=np.array(list(caps.values())),
        parameter={
            key: parameters.index(name) for key, name in zip(keys, names, strict=True)
        },
        family={
            key: family_names.index(family)
            for key, family in zip(keys, families, strict=True)
        },
        weight_max=dict(zip(keys, weight_max, strict=True)),
    )


def _read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
