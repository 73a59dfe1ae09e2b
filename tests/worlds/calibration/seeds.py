"""The seeds that hold the weights: reading, trial values, writing back."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LINK_WEIGHTS = "link_weights.csv"
SIGNAL_WEIGHTS = "signal_weights.csv"
_FAMILIES = "evidence_families.csv"

# Kinds of things of which the worlds hold too few, or none, to tell them apart.
_TIED = {"session": "device", "signup_network": "network"}


@dataclass(frozen=True)
class Columns:
    """Which parameter and which family a kind of finding belongs to, by its key.

    A key is (entity_type,) for links and (signal, entity_type) for signals. `names` are
    the parameters, `family_caps` the caps of `families`; `weight_max` caps one finding.
    """

    names: tuple[str, ...]
    families: tuple[str, ...]
    family_caps: tuple[float, ...]
    parameter: Mapping[tuple[str, ...], int]
    family: Mapping[tuple[str, ...], int]
    weight_max: Mapping[tuple[str, ...], float]


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a seed."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def link_columns(seeds: Path) -> Columns:
    """Kinds of shared things, in the order of the seed."""
    rows = read_rows(seeds / LINK_WEIGHTS)
    names = tuple(
        dict.fromkeys(_TIED.get(row["entity_type"], row["entity_type"]) for row in rows)
    )
    caps = {row["link_family"]: float(row["family_weight_max"]) for row in rows}
    families = tuple(caps)
    keys = [(row["entity_type"],) for row in rows]
    return Columns(
        names=names,
        families=families,
        family_caps=tuple(caps.values()),
        parameter={key: names.index(_TIED.get(*key * 2)) for key in keys},
        family={
            key: families.index(row["link_family"])
            for key, row in zip(keys, rows, strict=True)
        },
        weight_max={
            key: float(row["weight_max"]) for key, row in zip(keys, rows, strict=True)
        },
    )


def signal_columns(seeds: Path) -> Columns:
    """Signals in the order of the seed; one parameter for all entity types of one."""
    rows = read_rows(seeds / SIGNAL_WEIGHTS)
    caps = {
        row["family"]: float(row["weight_max"]) for row in read_rows(seeds / _FAMILIES)
    }
    names = tuple(dict.fromkeys(row["signal"] for row in rows))
    families = tuple(caps)
    keys = [(row["signal"], row["entity_type"]) for row in rows]
    return Columns(
        names=names,
        families=families,
        family_caps=tuple(caps.values()),
        parameter={key: names.index(key[0]) for key in keys},
        family={
            key: families.index(row["family"])
            for key, row in zip(keys, rows, strict=True)
        },
        weight_max=dict.fromkeys(keys, math.inf),
    )


def write_link_weights(seeds: Path, weights: Mapping[str, float]) -> None:
    """Replace the weights in the seed; all other columns stay."""
    path = seeds / LINK_WEIGHTS
    rows = read_rows(path)
    for row in rows:
        name = _TIED.get(row["entity_type"], row["entity_type"])
        row["weight_per_nat"] = f"{weights[name]:.3f}"
    _write_rows(path, rows)


def write_signal_weights(seeds: Path, weights: Mapping[str, float]) -> None:
    """Replace the weights in the seed; all other columns stay."""
    path = seeds / SIGNAL_WEIGHTS
    rows = read_rows(path)
    for row in rows:
        row["weight_per_unit"] = f"{weights[row['signal']]:.3f}"
    _write_rows(path, rows)


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
