"""Fit the weights of links and signals on labelled worlds, and try them on others."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml

from extraction_watch.dbt_build import PROJECT, BuildError
from tests.worlds.calibration.building import (
    LabelledWorld,
    build_link_models,
    build_signal_models,
    copy_project,
    make_world,
)
from tests.worlds.calibration.capped_logistic import FitError, evidence
from tests.worlds.calibration.link_weights import fit_link_weights
from tests.worlds.calibration.observations import (
    LabelledAccounts,
    LabelledPairs,
    read_accounts,
    read_pairs,
)
from tests.worlds.calibration.report import (
    LOG_ODDS,
    PROBABILITIES,
    persona_table,
    rank_table,
    threshold_table,
    weights_table,
)
from tests.worlds.calibration.seeds import (
    Weighing,
    read_link_weighing,
    read_signal_weighing,
    write_link_weights,
    write_signal_weights,
)
from tests.worlds.calibration.signal_weights import fit_signal_weights
from tests.worlds.hashing import Floats
from tests.worlds.presets import PRESETS

SEEDS = PROJECT / "seeds"


def parser() -> argparse.ArgumentParser:
    """All options."""
    options = argparse.ArgumentParser(
        prog="python -m tests.worlds.calibration", description=__doc__
    )
    options.add_argument("--seeds", type=int, nargs="+", required=True, help="to fit")
    options.add_argument("--hold-out", type=int, required=True, help="seed to try")
    options.add_argument("--preset", choices=sorted(PRESETS), default="calibration")
    options.add_argument(
        "--folder", type=Path, help="keeps worlds and builds; worlds there are reused"
    )
    options.add_argument(
        "--write", action="store_true", help="replace the seeds' weights"
    )
    return options


def main() -> int:
    """Run the fit; the last line on standard error says what went wrong."""
    options = parser().parse_args()
    if options.hold_out in options.seeds:
        parser().error("the hold-out world is one of those that are fitted")
    try:
        with TemporaryDirectory(prefix="calibration-") as temporary:
            folder = (options.folder or Path(temporary)).resolve()
            project = copy_project(folder / "project")
            worlds = [
                make_world(options.preset, seed, folder)
                for seed in (*options.seeds, options.hold_out)
            ]
            links = calibrate_links(project, worlds)
            signals = calibrate_signals(project, worlds)
    except (BuildError, FitError) as error:
        print(f"calibration: {error}", file=sys.stderr)
        return 1
    if options.write:
        write_link_weights(SEEDS, links)
        write_signal_weights(SEEDS, signals)
        print(f"\nwrote the weights to {SEEDS}")
    return 0


def calibrate_links(project: Path, worlds: list[LabelledWorld]) -> dict[str, float]:
    """Fit link weights on all worlds but the last, and try them on the last.

    The fitted weights are in force in `project` afterwards. Raises BuildError, FitError.
    """
    weighing = read_link_weighing(SEEDS)
    parts = []
    for world in worlds:
        build_link_models(project, world)
        parts.append(read_pairs(world.database, world.truth, weighing))
    pairs, held_out = LabelledPairs.joined(parts[:-1]), parts[-1]
    fit = fit_link_weights(
        pairs.shared, pairs.is_one_operator, weighing.family_caps, len(weighing.names)
    )
    named = dict(zip(weighing.names, fit.weights.tolist(), strict=True))
    write_link_weights(project / "seeds", named)
    accounts = np.mean([part.accounts for part in parts[:-1]])
    pool = accounts * np.exp(fit.offset)
    print(
        f"## Links\n\n{pairs.is_one_operator.sum()} pairs of one campaign, "
        f"{(~pairs.is_one_operator).sum()} of strangers. Fitted prior {fit.offset:.2f}, "
        f"that of a pool of {pool:.0f} accounts.\n"
    )
    print(weights_table(weighing, fit.weights, pairs.shared, pairs.is_one_operator))
    variables = _project_variables()
    prior = np.log(variables["link_pool_accounts"] / held_out.accounts)
    labels = held_out.is_one_operator
    for name, weights in (("now", weighing.weights), ("fitted", fit.weights)):
        log_odds = prior + evidence(
            held_out.shared, weights, weighing.family_caps, len(labels)
        )
        print(f"\nPairs of the hold-out world, weights {name}:\n")
        print(threshold_table(log_odds, labels, LOG_ODDS, "log-odds"), flush=True)
    return named


def calibrate_signals(project: Path, worlds: list[LabelledWorld]) -> dict[str, float]:
    """Fit signal weights on all worlds but the last, and try them on the last.

    The worlds' link models are built; links weigh what `project` says. Raises
    BuildError, FitError.
    """
    weighing = read_signal_weighing(SEEDS)
    parts = []
    for world in worlds:
        build_signal_models(project, world)
        parts.append(read_accounts(world.database, world.truth, weighing))
    accounts, held_out = LabelledAccounts.joined(parts[:-1]), parts[-1]
    fit = fit_signal_weights(
        accounts.findings,
        accounts.is_extraction,
        _project_variables()["assumed_base_rate"],
        weighing.family_caps,
        len(weighing.names),
    )
    print(
        f"\n## Signals\n\n{accounts.is_extraction.sum()} accounts of campaigns, "
        f"{(~accounts.is_extraction).sum()} benign ones, weighted to a prior of "
        f"{fit.offset:.2f}.\n"
    )
    print(
        weights_table(weighing, fit.weights, accounts.findings, accounts.is_extraction)
    )
    _print_hold_out(weighing, fit.weights, fit.offset, accounts, held_out)
    return dict(zip(weighing.names, fit.weights.tolist(), strict=True))


def _print_hold_out(
    weighing: Weighing,
    fitted: Floats,
    prior: float,
    accounts: LabelledAccounts,
    held_out: LabelledAccounts,
) -> None:
    """Quality of the scores of the fitted worlds and of the hold-out world."""

    def log_odds(of: LabelledAccounts, weights: Floats) -> Floats:
        caps = weighing.family_caps
        return prior + evidence(of.findings, weights, caps, len(of.is_extraction))

    print("\nRank quality:\n")
    scored = [
        (f"{name}, weights {which}", log_odds(of, weights), of.is_extraction)
        for name, of in (("fitted worlds", accounts), ("hold-out world", held_out))
        for which, weights in (("now", weighing.weights), ("fitted", fitted))
    ]
    print(rank_table(scored))
    probability = 1 / (1 + np.exp(-log_odds(held_out, fitted)))
    print("\nAccounts of the hold-out world, weights fitted:\n")
    labels = held_out.is_extraction
    print(threshold_table(probability, labels, PROBABILITIES, "probability"))
    print("\nBy persona:\n")
    print(persona_table(probability, held_out), flush=True)


def _project_variables() -> dict[str, Any]:
    """The project's vars, at their defaults."""
    text = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
    variables: dict[str, Any] = yaml.safe_load(text)["vars"]
    return variables


if __name__ == "__main__":
    sys.exit(main())
