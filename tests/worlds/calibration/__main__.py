"""Fit the weights of links and signals on labelled worlds, and try them on others.

With --warehouse, the accounts that its analysts decided are added to the fit of the
signals; links stay as they are, because the clusters of that warehouse rest on them.
"""

import argparse
import math
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml

from extraction_watch.dbt_build import PROJECT, BuildError
from extraction_watch.warehouse import Warehouse, WarehouseError
from tests.worlds.calibration.building import (
    LabelledWorld,
    build_link_models,
    build_member_models,
    build_signal_models,
    copy_project,
    make_world,
)
from tests.worlds.calibration.capped_logistic import FitError, evidence, probability
from tests.worlds.calibration.link_weights import fit_link_weights
from tests.worlds.calibration.membership_weights import (
    FEATURES,
    LabelledMembers,
    fit_membership_weights,
)
from tests.worlds.calibration.observations import (
    LabelledAccounts,
    LabelledPairs,
    read_accounts,
    read_members,
    read_pairs,
)
from tests.worlds.calibration.report import (
    LOG_ODDS,
    PROBABILITIES,
    member_table,
    persona_table,
    rank_table,
    threshold_table,
    verdict_table,
    weights_table,
)
from tests.worlds.calibration.seeds import (
    Weighing,
    read_link_weighing,
    read_membership_weights,
    read_signal_weighing,
    write_link_weights,
    write_membership_weights,
    write_signal_weights,
)
from tests.worlds.calibration.signal_weights import (
    draw_bags,
    fit_signal_weights,
    prior_log_odds,
)
from tests.worlds.calibration.verdict_weights import (
    fit_with_verdicts,
    verdict_log_odds,
)
from tests.worlds.calibration.verdicts import VerdictError, Verdicts, read_verdicts
from tests.worlds.hashing import Floats
from tests.worlds.presets import PRESETS

SEEDS = PROJECT / "seeds"


def parser() -> argparse.ArgumentParser:
    """All options."""
    options = argparse.ArgumentParser(
        prog="python -m tests.worlds.calibration", description=__doc__
    )
    options.add_argument(
        "--seeds",
        type=int,
        nargs="+",
        default=[11, 12, 13, 15, 16, 17],
        help="worlds to fit on",
    )
    options.add_argument("--hold-out", type=int, default=14, help="world to try on")
    options.add_argument("--preset", choices=sorted(PRESETS), default="calibration")
    options.add_argument(
        "--folder", type=Path, help="keeps worlds and builds; worlds there are reused"
    )
    options.add_argument(
        "--warehouse", type=Path, help="learn from the verdicts in this warehouse too"
    )
    options.add_argument(
        "--verdict-weight",
        type=float,
        default=1.0,
        help="how much one decided account counts; 1 is an account of a campaign",
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
    if not 0 < options.verdict_weight < math.inf:
        parser().error("a verdict weighs more than 0")
    try:
        verdicts = None
        if options.warehouse:
            warehouse = Warehouse(options.warehouse.resolve())
            verdicts = read_verdicts(warehouse, read_signal_weighing(SEEDS))
        with TemporaryDirectory(prefix="calibration-") as temporary:
            folder = (options.folder or Path(temporary)).resolve()
            project = copy_project(folder / "project")
            worlds = []
            for seed in (*options.seeds, options.hold_out):
                _tell(f"world {seed}: generating")
                worlds.append(make_world(options.preset, seed, folder))
                _tell(f"world {seed}: building what links are made of")
                build_link_models(project, worlds[-1])
            links = None if verdicts else calibrate_links(project, worlds)
            for world in worlds:
                _tell(f"{world.folder.name}: building what membership is made of")
                build_member_models(project, world)
            members = None if verdicts else calibrate_membership(project, worlds)
            signals = calibrate_signals(
                project, worlds, verdicts, options.verdict_weight
            )
    except (BuildError, FitError, VerdictError, WarehouseError) as error:
        print(f"calibration: {error}", file=sys.stderr)
        return 1
    if not options.write:
        print("\nNothing is written; --write (WRITE=1) replaces the weights.")
        return 0
    if links:
        write_link_weights(SEEDS, links)
    if members:
        write_membership_weights(SEEDS, members)
    write_signal_weights(SEEDS, signals)
    print(f"\nwrote the weights to {SEEDS}")
    return 0


def calibrate_links(project: Path, worlds: list[LabelledWorld]) -> dict[str, float]:
    """Fit link weights on all worlds but the last, and try them on the last.

    The worlds' link models are built. The fitted weights are in force in `project`
    afterwards. Raises FitError.
    """
    weighing = read_link_weighing(SEEDS)
    pool_accounts = _project_variables()["link_pool_accounts"]
    parts = [
        read_pairs(world.database, world.truth, weighing, pool_accounts)
        for world in worlds
    ]
    pairs, held_out = LabelledPairs.joined(parts[:-1]), parts[-1]
    labels = pairs.is_one_operator
    _tell(f"fitting links on {len(labels)} pairs")
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
    print(weights_table(weighing, {"fitted": fit.weights}, pairs.shared, labels))
    labels = held_out.is_one_operator
    for which, weights in (("now", weighing.weights), ("fitted", fit.weights)):
        said = evidence(held_out.shared, weights, weighing.family_caps, len(labels))
        log_odds = held_out.prior_log_odds + said
        print(f"\nPairs of the hold-out world, weights {which}:\n")
        print(threshold_table(log_odds, labels, LOG_ODDS, "log-odds"), flush=True)
    return fitted


def calibrate_membership(
    project: Path, worlds: list[LabelledWorld]
) -> dict[str, float]:
    """Fit membership on all worlds but the last, and try it on the last.

    What membership is made of is built. The fitted weights are in force in `project`
    afterwards. Raises FitError.
    """
    parts = [read_members(world.database, world.truth) for world in worlds]
    members, held_out = LabelledMembers.joined(parts[:-1]), parts[-1]
    now, fitted = read_membership_weights(SEEDS), fit_membership_weights(members)
    write_membership_weights(project / "seeds", fitted)
    print(
        f"\n## Membership\n\n{members.is_member.sum()} members of campaigns' "
        f"communities and {(~members.is_member).sum()} strangers in them.\n"
    )
    print("| weight of | now | fitted |\n|---|---|---|")
    for feature, weight in fitted.items():
        print(f"| {feature} | {now[feature]:.3f} | {weight:.3f} |")
    print("\nAccounts of the hold-out world, weights fitted:\n")
    log_odds = held_out.values @ np.array([fitted[feature] for feature in FEATURES])
    print(member_table(log_odds, held_out.is_member), flush=True)
    return fitted


def calibrate_signals(
    project: Path,
    worlds: list[LabelledWorld],
    verdicts: Verdicts | None,
    verdict_weight: float,
) -> dict[str, float]:
    """Fit signal weights on all worlds but the last, and try them on the last.

    The worlds' link models are built; links weigh what `project` says. Decided accounts
    are added to the fit, if there are any. Raises BuildError, FitError.
    """
    weighing = read_signal_weighing(SEEDS)
    parts = []
    for world in worlds:
        _tell(f"{world.folder.name}: building what signals are made of")
        build_signal_models(project, world)
        parts.append(read_accounts(world.database, world.truth, weighing))
    accounts, held_out = LabelledAccounts.joined(parts[:-1]), parts[-1]
    base_rate = _project_variables()["assumed_base_rate"]
    labels = accounts.is_extraction
    _tell(f"fitting signals on {len(labels)} accounts")
    bags = draw_bags(labels, accounts.is_bystander, accounts.group, base_rate)
    by_bag = fit_signal_weights(
        accounts.findings,
        labels,
        bags,
        base_rate,
        weighing.family_caps,
        len(weighing.names),
    )
    weights: Floats = by_bag.mean(axis=0)
    print(
        f"\n## Signals\n\n{labels.sum()} accounts of campaigns and {(~labels).sum()} "
        f"benign ones, weighted to a base rate of {base_rate:g}, "
        f"{accounts.is_bystander.sum()} bystanders apart.\n"
    )
    print(weights_table(weighing, {"fitted": weights}, accounts.findings, labels))
    if verdicts:
        weights = _refit_with_verdicts(
            weighing, accounts, verdicts, bags, by_bag, base_rate, verdict_weight
        )
    _print_hold_out(weighing, weights, prior_log_odds(base_rate), accounts, held_out)
    return dict(zip(weighing.names, weights.tolist(), strict=True))


def _refit_with_verdicts(
    weighing: Weighing,
    worlds: LabelledAccounts,
    verdicts: Verdicts,
    bags: Floats,
    by_bag: Floats,
    base_rate: float,
    verdict_weight: float,
) -> Floats:
    """Weights fitted on worlds and verdicts; prints what the verdicts changed."""
    decided, labels = verdicts.accounts, verdicts.accounts.is_extraction
    print(
        f"\n## Verdicts\n\n{len(labels)} decided accounts are used, {labels.sum()} "
        f"extraction and {(~labels).sum()} benign; each counts {verdict_weight:g}."
    )
    for why, count in sorted(verdicts.unused.items()):
        print(f"Not used: {count} {why}.")
    for signal in verdicts.unknown_signals:
        print(f"Left out: the signal {signal}, which has no row in signal_weights.csv.")
    _tell(f"fitting signals on {len(labels)} decided accounts more")
    fit = fit_with_verdicts(
        worlds, verdicts, weighing, bags, by_bag, base_rate, verdict_weight
    )
    world_weights: Floats = by_bag.mean(axis=0)
    fits = {"worlds": world_weights, "with verdicts": fit.weights}
    print("\nWeights; positives and negatives are decided accounts:\n")
    print(weights_table(weighing, fits, decided.findings, labels))
    log_odds = {
        "now": verdict_log_odds(verdicts, weighing.weights, weighing),
        "worlds": verdict_log_odds(verdicts, world_weights, weighing),
        "worlds and the verdicts of other parts": fit.held_out_log_odds,
    }
    print("\nVerdicts, each scored by weights that have not seen its part:\n")
    print(verdict_table(log_odds, labels))
    print()
    probabilities = probability(fit.held_out_log_odds)
    print(threshold_table(probabilities, labels, PROBABILITIES, "probability"))
    return fit.weights


def _tell(progress: str) -> None:
    """Say how far the work is, beside the tables."""
    print(f"calibration: {progress}", file=sys.stderr, flush=True)


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
