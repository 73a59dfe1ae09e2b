"""Weights are fitted to what is known of the data, and add up as the pipeline's do."""

import csv
import doctest
import importlib
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extraction_watch.dbt_build import PROJECT
from tests.worlds.calibration import building
from tests.worlds.calibration.capped_logistic import (
    Findings,
    FitError,
    evidence,
    fit_capped_logistic,
    probability,
)
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
    read_pairs,
)
from tests.worlds.calibration.report import (
    member_table,
    persona_table,
    rank_table,
    threshold_table,
    weights_table,
)
from tests.worlds.calibration.seeds import (
    read_link_weighing,
    read_signal_weighing,
    write_link_weights,
    write_signal_weights,
)
from tests.worlds.calibration.signal_weights import (
    case_control_weights,
    draw_bags,
    fit_signal_weights,
)
from tests.worlds.hashing import Booleans, Floats

NO_CAP = 1e9
PRIOR = -2.0


def findings_of(
    values: Floats, families: list[int] | None = None, weight_max: float = np.inf
) -> Findings:
    """One finding for each non-zero value of a table observations x parameters."""
    observation, parameter = np.nonzero(values)
    family = np.array(families or range(values.shape[1]))
    return Findings(
        observation=observation,
        parameter=parameter,
        family=family[parameter],
        value=values[observation, parameter],
        weight_max=np.full(len(observation), weight_max),
    )


def drawn(log_odds: Floats, seed: int) -> Booleans:
    """Labels that come true with these log-odds."""
    draws = np.random.default_rng(seed).random(len(log_odds))
    return np.asarray(draws < probability(log_odds))


def drawn_values(rows: int, columns: int, seed: int) -> Floats:
    """Positive values, of which about half are absent."""
    rng = np.random.default_rng(seed)
    return rng.gamma(2.0, 1.0, (rows, columns)) * (rng.random((rows, columns)) < 0.5)


def fitted_links(
    findings: Findings, labels: Booleans, caps: list[float], ridge: float = 1.0
) -> Floats:
    prior = np.full(len(labels), PRIOR)
    parameters = int(findings.parameter.max()) + 1
    return fit_link_weights(
        findings, labels, prior, np.array(caps), parameters, ridge
    ).weights


def test_link_weights_are_recovered() -> None:
    weights = np.array([0.9, 0.4, 0.0])
    findings = findings_of(drawn_values(6_000, 3, seed=1))
    caps = np.full(3, NO_CAP)
    labels = drawn(PRIOR + evidence(findings, weights, caps, 6_000), seed=2)
    assert fitted_links(findings, labels, [NO_CAP] * 3) == pytest.approx(
        weights, abs=0.1
    )


@pytest.mark.parametrize("controls", [12_000, 3_000])
def test_signal_weights_do_not_depend_on_how_many_controls_there_are(
    controls: int,
) -> None:
    """Normal values around +m and -m have the likelihood ratio exp(2 m value)."""
    means, cases = np.array([0.5, 0.25, 0.0]), 4_000
    is_case = np.arange(cases + controls) < cases
    noise = np.random.default_rng(3).normal(size=(len(is_case), 3))
    values = noise + np.where(is_case[:, None], means, -means)
    nobody, alone = np.zeros(len(is_case), dtype=bool), np.arange(len(is_case))
    weights = fit_signal_weights(
        findings_of(values),
        is_case,
        draw_bags(is_case, nobody, alone, 0.01, bags=4),
        0.01,
        np.full(3, NO_CAP),
        3,
        ridge=0.1,
    )
    assert weights.mean(axis=0) == pytest.approx(2 * means, abs=0.15)


def test_base_rate_is_that_of_the_weighted_sample() -> None:
    labels = np.arange(50) < 20
    nobody = np.zeros(50, dtype=bool)
    weights = case_control_weights(labels, nobody, 0.001)
    assert np.average(labels, weights=weights) == pytest.approx(0.001)
    assert set(weights[labels]) == {1.0}


def test_bystanders_count_once_and_the_others_make_the_base_rate() -> None:
    labels = np.arange(50) < 20
    bystanders = np.arange(50) >= 45
    weights = case_control_weights(labels, bystanders, 0.001)
    assert set(weights[labels | bystanders]) == {1.0}
    assert np.average(labels[~bystanders], weights=weights[~bystanders]) == (
        pytest.approx(0.001)
    )


def test_signal_that_points_the_other_way_gets_no_weight() -> None:
    values = drawn_values(5_000, 2, seed=5)
    labels = drawn(PRIOR + values @ np.array([1.0, -1.0]), seed=6)
    findings, nobody = findings_of(values), np.zeros(5_000, dtype=bool)
    bags = draw_bags(labels, nobody, np.arange(5_000), 0.01, bags=2)
    caps = np.full(2, NO_CAP)
    weights = fit_signal_weights(findings, labels, bags, 0.01, caps, 2)
    assert weights[:, 0].min() > 0.3
    assert weights[:, 1].max() == 0
    turned = replace(
        findings, value=np.where(findings.parameter == 1, -1, 1) * findings.value
    )
    weights = fit_signal_weights(turned, labels, bags, 0.01, caps, 2)
    assert weights.min() > 0.3


def test_what_one_cluster_says_counts_less_than_what_many_accounts_say() -> None:
    labels, nobody = np.arange(2_000) < 200, np.zeros(2_000, dtype=bool)
    is_told = (np.arange(2_000) < 100) | (np.arange(2_000) % 50 == 0)
    findings = findings_of(is_told.astype(float)[:, None])
    alone = np.arange(2_000)
    together = np.where(np.arange(2_000) < 100, 0, alone)
    by_many, by_one = (
        fit_signal_weights(
            findings,
            labels,
            draw_bags(labels, nobody, group, 0.01),
            0.01,
            np.full(1, NO_CAP),
            1,
        )
        for group in (alone, together)
    )
    assert np.ptp(by_many) < 1 < np.ptp(by_one)
    assert 0.5 < by_one.mean() < by_many.mean() - 0.1


def test_family_cap_holds_for_its_sum_in_both_directions() -> None:
    values = np.array([[3.0, 2.0, 1.0], [-3.0, -2.0, 0.5], [3.0, -2.5, 0.0]])
    findings = findings_of(values, families=[0, 0, 1])
    said = evidence(findings, np.ones(3), np.array([4.0, NO_CAP]), 3)
    assert said.tolist() == [5.0, -3.5, 0.5]


def test_cap_of_one_finding_comes_before_that_of_the_family() -> None:
    findings = findings_of(np.array([[9.0, 1.0], [1.0, 1.0]]), [0, 0], weight_max=2.0)
    said = evidence(findings, np.ones(2), np.array([2.5]), 2)
    assert said.tolist() == [2.5, 2.0]


def test_observation_without_findings_has_no_evidence() -> None:
    findings = findings_of(np.array([[1.0], [0.0], [0.0]]))
    assert evidence(findings, np.ones(1), np.ones(1), 3).tolist() == [1.0, 0.0, 0.0]


def test_weights_are_those_below_the_caps() -> None:
    """What is said beyond a cap is not taken for weakness of the thing that says it."""
    weights, caps = np.array([0.9, 0.5]), [3.0]
    findings = findings_of(drawn_values(6_000, 2, seed=7), families=[0, 0])
    labels = drawn(PRIOR + evidence(findings, weights, np.array(caps), 6_000), seed=8)
    assert fitted_links(findings, labels, caps) == pytest.approx(weights, abs=0.1)
    assert fitted_links(findings, labels, [NO_CAP])[0] < 0.8


def test_fit_is_a_minimum_of_the_penalised_loss() -> None:
    findings = findings_of(drawn_values(300, 3, seed=9), [0, 0, 1], weight_max=2.0)
    caps, ridge = np.array([3.0, 3.0]), 4.0
    labels = drawn(PRIOR + evidence(findings, np.ones(3), caps, 300), seed=10)
    prior = np.full(300, PRIOR)
    fit = fit_link_weights(findings, labels, prior, caps, 3, ridge)

    def loss(weights: Floats) -> float:
        right = probability(PRIOR + evidence(findings, weights, caps, 300))
        likelihood = np.where(labels, right, 1 - right)
        return float(ridge * (weights**2).sum() - np.log(likelihood).sum())

    assert fit.loss == pytest.approx(loss(fit.weights))
    for step in 0.01 * np.vstack([np.eye(3), -np.eye(3)]):
        assert loss(fit.weights + step) > fit.loss


def test_ridge_decides_where_the_data_are_separated() -> None:
    values = np.array([[1.0]] * 30 + [[0.0]] * 30)
    labels = np.arange(60) < 30
    findings = findings_of(values)
    weights = [
        fitted_links(findings, labels, [NO_CAP], ridge)[0] for ridge in (0.5, 5.0, 50.0)
    ]
    assert weights == sorted(weights, reverse=True)
    assert 0 < weights[2] < weights[0] <= 2


def test_fit_is_the_same_each_time() -> None:
    findings = findings_of(drawn_values(500, 2, seed=11), [0, 0])
    labels = np.arange(500) % 3 == 0
    first, again = (fitted_links(findings, labels, [3.0]) for _ in range(2))
    assert first.tolist() == again.tolist()


@pytest.mark.parametrize("labels", [np.zeros(4, dtype=bool), np.ones(4, dtype=bool)])
def test_one_class_cannot_be_fitted(labels: Booleans) -> None:
    findings = findings_of(np.ones((4, 1)))
    with pytest.raises(FitError, match="both classes"):
        fit_signal_weights(findings, labels, np.ones((1, 4)), 0.001, np.ones(1), 1)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_fit_that_does_not_converge_is_none() -> None:
    findings = findings_of(np.full((4, 1), np.nan))
    labels = np.array([True, False, True, False])
    with pytest.raises(FitError, match="converged"):
        fit_capped_logistic(
            findings, labels, np.ones(4), np.zeros(4), np.ones(1), 1, 1.0, 2.0
        )


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy of the project's seeds."""
    return Path(shutil.copytree(PROJECT / "seeds", tmp_path / "seeds"))


def test_written_weights_are_read_again_and_nothing_else_changes(seeds: Path) -> None:
    for read, write, file, column in (
        (read_link_weighing, write_link_weights, "link_weights", "weight_per_nat"),
        (
            read_signal_weighing,
            write_signal_weights,
            "signal_weights",
            "weight_per_unit",
        ),
    ):
        path = seeds / f"{file}.csv"
        before = rows_of(path)
        names = read(seeds).names
        weights = {name: 0.125 * place for place, name in enumerate(names)}
        write(seeds, weights)
        assert read(seeds).weights.tolist() == list(weights.values())
        for old, new in zip(before, rows_of(path), strict=True):
            assert list(old) == list(new)
            assert old | {column: ""} == new | {column: ""}


def test_tied_things_share_one_weight(seeds: Path) -> None:
    weighing = read_link_weighing(seeds)
    assert weighing.parameter[("session",)] == weighing.parameter[("device",)]
    write_link_weights(seeds, dict.fromkeys(weighing.names, 0.1) | {"network": 0.7})
    weights = {
        row["entity_type"]: row["weight_per_nat"]
        for row in rows_of(seeds / "link_weights.csv")
    }
    assert weights["network"] == weights["signup_network"] == "0.700"


def test_signal_has_one_weight_for_accounts_and_clusters(seeds: Path) -> None:
    weighing = read_signal_weighing(seeds)
    key = "work_list_sweep"
    assert weighing.parameter[(key, "account")] == weighing.parameter[(key, "cluster")]


def test_trial_project_is_a_copy(tmp_path: Path) -> None:
    project = building.copy_project(tmp_path / "project")
    original = (PROJECT / "seeds" / "signal_weights.csv").read_bytes()
    assert (project / "seeds" / "signal_weights.csv").read_bytes() == original
    assert (project / "dbt_project.yml").exists()
    assert (project / "models").is_dir()


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def built(tmp_path: Path) -> tuple[Path, Path]:
    """A working database of five accounts, and the truth about them."""
    database, truth = tmp_path / "work.duckdb", tmp_path / "accounts.parquet"
    labels = pa.table(
        {
            "account_id": ["a", "b", "c", "d", "e"],
            "is_extraction": [True, True, False, False, False],
            "group_id": ["amber", "amber", "campus-1", "campus-1", None],
            "persona": ["extraction", "extraction", "campus", "campus", "quiet"],
            "level": pa.array([2, 2, None, None, None], pa.int64()),
        }
    )
    pq.write_table(labels, truth)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """
            create table account_profiles as
            select unnest(['a', 'b', 'c', 'd', 'e']) as account_id;
            create table link_weights as
            select * from (values ('network', 1.0), ('work_list', 0.0), ('pool', 0.0))
                as kinds (entity_type, rarity_min);
            create table pair_sharing as
            select * from (values
                ('a', 'b', 'network', 5.0),
                ('a', 'b', 'work_list', 6.0),
                ('a', 'b', 'system_prompt', 9.0),
                ('c', 'd', 'network', 4.0),
                ('c', 'e', 'network', 3.0),
                ('a', 'e', 'network', 2.0)
            ) as pairs (account_id_a, account_id_b, entity_type, rarity);
            create table pool_sharing as
            select 'a' as account_id_a, 'b' as account_id_b, 'pool' as entity_type,
                1.5 as rarity;
            create table rhythm_sharing as
            select * from pool_sharing where false;
            create table findings as
            select * from (values
                ('account', 'a', 'output_profile', 2.0),
                ('account', 'e', 'own_topics', -0.5),
                ('cluster', 'k', 'synchrony', 3.0)
            ) as findings (entity_type, entity_id, signal, value);
            create table cluster_member_links as
            select * from (values ('a', 'k', 1.0), ('b', 'k', 0.5), ('c', 'k', 0.0))
                as links (account_id, cluster_id, strength);
            """
        )
    return database, truth


def drawn_members(count: int, strangers: bool = True) -> LabelledMembers:
    """Accounts whose log-odds of belonging are 0.5 * mean link + 0.25 * fit - 1."""
    rng = np.random.default_rng(21)
    values = np.column_stack(
        [np.ones(count), rng.uniform(0, 8, count), rng.uniform(-10, 10, count)]
    )
    log_odds = values @ np.array([-1.0, 0.5, 0.25])
    is_member = rng.random(count) < 1 / (1 + np.exp(-log_odds))
    return LabelledMembers(values, is_member if strangers else is_member | True)


def test_membership_weights_are_those_that_made_the_members() -> None:
    fitted = fit_membership_weights(drawn_members(20_000))
    assert list(fitted) == list(FEATURES)
    assert list(fitted.values()) == pytest.approx([-1.0, 0.5, 0.25], abs=0.1)


def test_membership_cannot_be_fitted_without_strangers() -> None:
    with pytest.raises(FitError, match="strangers"):
        fit_membership_weights(drawn_members(50, strangers=False))


def test_members_are_kept_and_strangers_counted_apart() -> None:
    log_odds = np.array([3.0, 0.5, -2.0, 1.5])
    lines = member_table(log_odds, np.array([True, True, True, False])).splitlines()
    assert lines[3] == "| 0 | 2 of 3 | 1 of 1 |"
    assert lines[5] == "| 2 | 1 of 3 | 0 of 1 |"


def read_both(built: tuple[Path, Path]) -> tuple[LabelledPairs, LabelledAccounts]:
    seeds = PROJECT / "seeds"
    pairs = read_pairs(*built, read_link_weighing(seeds), pool_accounts=2)
    return pairs, read_accounts(*built, read_signal_weighing(seeds))


def test_pairs_of_one_benign_group_are_neither_class(built: tuple[Path, Path]) -> None:
    pairs, _ = read_both(built)
    assert pairs.is_one_operator.tolist() == [True, False, False]
    assert pairs.shared.observation.tolist() == [0, 0, 0, 1, 2]
    assert sorted(pairs.shared.value.tolist()) == [1.0, 1.5, 2.0, 4.0, 6.0]
    assert pairs.prior_log_odds == pytest.approx(np.full(3, np.log(2 / 5)))


def test_findings_of_a_cluster_count_by_membership(built: tuple[Path, Path]) -> None:
    _, accounts = read_both(built)
    weighing = read_signal_weighing(PROJECT / "seeds")
    assert accounts.account_id.tolist() == ["a", "b", "c", "d", "e"]
    assert accounts.is_bystander.tolist() == [False, False, True, False, False]
    assert accounts.persona.tolist()[:3] == [*["extraction level 2"] * 2, "campus"]
    named = sorted(
        (account, weighing.names[signal], value)
        for account, signal, value in zip(
            accounts.findings.observation.tolist(),
            accounts.findings.parameter.tolist(),
            accounts.findings.value.tolist(),
            strict=True,
        )
    )
    assert named == [
        (0, "output_profile", 2.0),
        (0, "synchrony", 3.0),
        (1, "synchrony", 1.5),
        (2, "synchrony", 0.0),
        (4, "own_topics", -0.5),
    ]


def test_worlds_are_joined_without_mixing_their_rows(built: tuple[Path, Path]) -> None:
    pairs, accounts = read_both(built)
    assert LabelledPairs.joined([pairs, pairs]).shared.observation.tolist() == [
        *[0, 0, 0, 1, 2],
        *[3, 3, 3, 4, 5],
    ]
    joined = LabelledAccounts.joined([accounts, accounts])
    assert joined.account_id.tolist() == list("abcdeabcde")
    assert int(joined.findings.observation.max()) == 9


def test_tables_count_what_is_decided(built: tuple[Path, Path]) -> None:
    _, accounts = read_both(built)
    scores, labels = np.array([0.9, 0.2, 0.6, 0.0, 0.0]), accounts.is_extraction
    assert threshold_table(scores, labels, [0.5], "score").splitlines()[-1] == (
        "| 0.5 | 0.5000 | 0.500 | 1 |"
    )
    assert "none decided" in threshold_table(scores, labels, [0.95], "score")
    assert rank_table([("x", scores, labels)]).splitlines()[-1] == (
        "| x | 0.500 | 0.500 |"
    )
    assert persona_table(scores, accounts).splitlines()[2:] == [
        "| campus | 2 | 1 | 1 | 1 | 1 | 1 | 0 | 0 |",
        "| extraction level 2 | 2 | 2 | 2 | 2 | 1 | 1 | 1 | 0 |",
    ]
    weighing = read_signal_weighing(PROJECT / "seeds")
    fits = {"fitted": weighing.weights}
    lines = weights_table(weighing, fits, accounts.findings, labels)
    (synchrony,) = [line for line in lines.splitlines() if "synchrony" in line]
    assert synchrony.endswith("| 100.0% | 33.3% |")


@pytest.mark.parametrize(
    "name",
    ["capped_logistic", "link_weights", "quality", "report", "signal_weights"],
)
def test_examples_are_right(name: str) -> None:
    module = importlib.import_module(f"tests.worlds.calibration.{name}")
    outcome = doctest.testmod(module)
    assert outcome.attempted
    assert not outcome.failed
