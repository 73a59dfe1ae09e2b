"""Fit the weights of links and signals on labelled worlds, and try them on others."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from extraction_watch.dbt_build import PROJECT, BuildError
from tests.worlds.calibration.building import (
    LabelledWorld,
    build_link_models,
    build_signal_models,
    copy_project,
    make_world,
)
from tests.worlds.calibration.capped_logistic import FitError, evidence, probability
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
from tests.worlds.calibration.signal_weights import fit_signal_weights, prior_log_odds
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

    The fitted weights are in force in `project` afterwards. Raises BuildError and
    FitError.
    """
    weighing = read_link_weighing(SEEDS)
    pool_accounts = _project_variables()["link_pool_accounts"]
    parts = []
    for world in worlds:
        build_link_models(project, world)
        parts.append(read_pairs(world.database, world.truth, weighing, pool_accounts))
    pairs, held_out = LabelledPairs.joined(parts[:-1]), parts[-1]
    labels = pairs.is_one_operator
    fit = fit_link_weights(
        pairs.shared,
        labels,
        pairs.prior_log_odds,
        weighing.family_caps,
        len(weighing.names),
    )
    fitted = dict(zip(weighing.names, fit.weights.tolist(), strict=True))
    write_link_weights(project / "seeds", fitted)
    print(
        f"## Links\n\n{labels.sum()} pairs of one campaign and {(~labels).sum()} of "
        f"strangers share something; prior {pairs.prior_log_odds.mean():.2f}, loss "
        f"{fit.loss:.0f}.\n"
    )
    print(weights_table(weighing, fit.weights, pairs.shared, labels))
    labels = held_out.is_one_operator
    for which, weights in (("now", weighing.weights), ("fitted", fit.weights)):
        said = evidence(held_out.shared, weights, weighing.family_caps, len(labels))
        log_odds = held_out.prior_log_odds + said
        print(f"\nPairs of the hold-out world, weights {which}:\n")
        print(threshold_table(log_odds, labels, LOG_ODDS, "log-odds"), flush=True)
    return fitted


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
    base_rate = _project_variables()["assumed_base_rate"]
    labels = accounts.is_extraction
    fit = fit_signal_weights(
        accounts.findings,
        labels,
        base_rate,
        weighing.family_caps,
        len(weighing.names),
    )
    print(
        f"\n## Signals\n\n{labels.sum()} accounts of campaigns and {(~labels).sum()} "
        f"benign ones, weighted to a base rate of {base_rate:g}; loss {fit.loss:.0f}.\n"
    )
    print(weights_table(weighing, fit.weights, accounts.findings, labels))
    prior = prior_log_odds(base_rate)
    _print_hold_out(weighing, fit.weights, prior, accounts, held_out)
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
    probabilities = probability(log_odds(held_out, fitted))
    print("\nAccounts of the hold-out world, weights fitted:\n")
    labels = held_out.is_extraction
    print(threshold_table(probabilities, labels, PROBABILITIES, "probability"))
    print("\nBy persona:\n")
    print(persona_table(probabilities, held_out), flush=True)


def _project_variables() -> dict[str, Any]:
    """The project's vars, at their defaults."""
    text = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
    variables: dict[str, Any] = yaml.safe_load(text)["vars"]
    return variables


if __name__ == "__main__":
    sys.exit(main())
