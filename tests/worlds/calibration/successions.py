"""Fit the weights of successions on labelled worlds, and try them on another.

usage: python -m tests.worlds.calibration.successions --seeds 11 12 --hold-out 14

Accounts are judged first, so the weights of links and signals are those in the seeds.
"""

import argparse
import csv
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from extraction_watch.dbt_build import PROJECT, BuildError
from tests.worlds.calibration.building import (
    LabelledWorld,
    build_succession_models,
    make_world,
)
from tests.worlds.calibration.capped_logistic import FitError
from tests.worlds.calibration.succession_weights import (
    Candidates,
    fit_continuation,
    fit_replacement,
)
from tests.worlds.config import WorldConfig
from tests.worlds.hashing import Booleans, Floats
from tests.worlds.presets import PRESETS, world_config

BAN_FACTOR = 4.0
"""Heads are banned so much more often than in other worlds: more to learn from."""

SEED = PROJECT / "seeds" / "succession_weights.csv"
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class LabelledSuccessions:
    """Candidate pairs, and what true successors of banned accounts were made for."""

    candidates: Candidates
    log_odds: Floats
    is_replacement: Booleans


def parser() -> argparse.ArgumentParser:
    """All options."""
    options = argparse.ArgumentParser(
        prog="python -m tests.worlds.calibration.successions", description=__doc__
    )
    options.add_argument("--seeds", type=int, nargs="+", required=True, help="to fit")
    options.add_argument("--hold-out", type=int, required=True, help="seed to try")
    options.add_argument("--preset", choices=sorted(PRESETS), default="calibration")
    options.add_argument(
        "--hold-out-preset", choices=sorted(PRESETS), default="judgement"
    )
    options.add_argument(
        "--folder", type=Path, help="keeps worlds and builds; what is there is reused"
    )
    options.add_argument("--write", action="store_true", help="replace the weights")
    return options


def main() -> int:
    """Run the fit; the last line on standard error says what went wrong."""
    options = parser().parse_args()
    if options.hold_out_preset == options.preset and options.hold_out in options.seeds:
        parser().error("the hold-out world is one of those that are fitted")
    features = read_features(SEED)
    try:
        with TemporaryDirectory(prefix="calibration-") as temporary:
            folder = (options.folder or Path(temporary)).resolve()
            parts = [
                _build(options.preset, seed, folder, features) for seed in options.seeds
            ]
            weights = fit(parts)
            if options.write:
                write_weights(SEED, weights)
            held_out_config = world_config(options.hold_out_preset, options.hold_out)
            held_out = make_world(
                options.hold_out_preset, options.hold_out, folder, BAN_FACTOR
            )
            build_succession_models(PROJECT, held_out)
    except (BuildError, FitError) as error:
        print(f"calibration: {error}", file=sys.stderr)
        return 1
    pairs = sum(len(part.candidates.is_true) for part in parts)
    known = sum(int(part.candidates.is_true.sum()) for part in parts)
    print(f"{known} successions among {pairs} candidate pairs.\n")
    print("| question | feature | weight |\n|---|---|---|")
    for (question, feature), weight in weights.items():
        print(f"| {question} | {feature} | {weight:.3f} |")
    when = "fitted now" if options.write else "in the seed"
    print(f"\nHold-out world, weights {when}:\n\n{quality(held_out, held_out_config)}")
    return 0


def _build(
    preset: str, seed: int, folder: Path, features: tuple[str, ...]
) -> LabelledSuccessions:
    world = make_world(preset, seed, folder, BAN_FACTOR)
    build_succession_models(PROJECT, world)
    return read_successions(world.database, world.truth, features)


def fit(parts: list[LabelledSuccessions]) -> dict[tuple[str, str], float]:
    """Weights of several worlds, by question and feature. Raises FitError."""
    each = [part.candidates for part in parts]
    first = np.cumsum([0, *(int(one.successor.max(initial=-1)) + 1 for one in each)])
    candidates = Candidates(
        features=each[0].features,
        values=np.concatenate([one.values for one in each]),
        successor=np.concatenate(
            [
                one.successor + begin
                for one, begin in zip(each, first[:-1].tolist(), strict=True)
            ]
        ),
        is_true=np.concatenate([one.is_true for one in each]),
    )
    answers: dict[str, Mapping[str, float]] = {
        "continuation": fit_continuation(candidates),
        "replacement": fit_replacement(
            np.concatenate([part.log_odds for part in parts]),
            np.concatenate([part.is_replacement for part in parts]),
        ),
    }
    return {
        (question, feature): weight
        for question, weights in answers.items()
        for feature, weight in weights.items()
    }


def read_successions(
    database: Path, truth: Path, features: tuple[str, ...]
) -> LabelledSuccessions:
    """Candidates of a built world; `truth` are its labels of accounts.

    Successors whose true predecessor is not among their candidates are left out.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.register("truth", pq.read_table(truth))
        labelled = _query("labelled_successions.sql")
        connection.execute(f"create temporary table labelled_successions as {labelled}")
        pairs = connection.table("labelled_successions").fetchnumpy()
        columns = connection.execute(
            """
            select succession_features.*
            from labelled_successions
            inner join succession_features
                using (predecessor_account_id, successor_account_id)
            where succession_features.after_requests = 0
            order by labelled_successions.pair_number
            """
        ).fetchnumpy()
    values = np.column_stack([np.asarray(columns[name], float) for name in features])
    is_true = np.asarray(pairs["is_true"]).astype(bool)
    after_ban = is_true & np.asarray(pairs["is_ban"]).astype(bool)
    return LabelledSuccessions(
        candidates=Candidates(
            features=features,
            values=values,
            successor=np.asarray(pairs["successor_number"]).astype(np.int64),
            is_true=is_true,
        ),
        log_odds=np.asarray(pairs["extraction_log_odds"]).astype(float)[after_ban],
        is_replacement=np.asarray(pairs["is_extraction"]).astype(bool)[after_ban],
    )


def quality(world: LabelledWorld, config: WorldConfig) -> str:
    """How well a built world's successions match its truth, as a table."""
    handing_on = [one.name for one in config.campaigns if one.hands_on]
    with duckdb.connect(str(world.database), read_only=True) as connection:
        connection.register("truth", pq.read_table(world.truth))
        connection.register("handing_on", pa.table({"group_id": handing_on}))
        rows = connection.execute(_query("succession_quality.sql")).fetchall()
    lines = ["| figure | value |", "|---|---|"]
    lines += [f"| {name} | {value:.4f} |" for name, value in rows]
    return "\n".join(lines)


def read_features(seed: Path) -> tuple[str, ...]:
    """Features of the question who continues whom, in the order of the seed."""
    return tuple(
        row["feature"] for row in _rows(seed) if row["question"] == "continuation"
    )


def write_weights(seed: Path, weights: Mapping[tuple[str, str], float]) -> None:
    """Replace the weights in the seed; all else stays."""
    rows = _rows(seed)
    for row in rows:
        row["weight"] = f"{weights[row['question'], row['feature']]:.3f}"
    with open(seed, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _rows(seed: Path) -> list[dict[str, str]]:
    with open(seed, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _query(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
