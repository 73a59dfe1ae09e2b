"""Analysts' verdicts: which accounts they label, and what the fit learns from them."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extraction_watch.dbt_build import PROJECT
from extraction_watch.warehouse import Warehouse, WarehouseError
from tests.worlds.calibration import __main__ as calibration
from tests.worlds.calibration.building import LabelledWorld
from tests.worlds.calibration.capped_logistic import Findings
from tests.worlds.calibration.observations import LabelledAccounts
from tests.worlds.calibration.quality import mean_loss
from tests.worlds.calibration.seeds import read_signal_weighing
from tests.worlds.calibration.signal_weights import draw_bags, fit_signal_weights
from tests.worlds.calibration.verdict_weights import (
    VerdictFit,
    fit_with_verdicts,
    verdict_log_odds,
)
from tests.worlds.calibration.verdicts import (
    PARTS,
    VerdictError,
    Verdicts,
    read_verdicts,
)
from tests.worlds.hashing import Floats

SEEDS = PROJECT / "seeds"
WEIGHING = read_signal_weighing(SEEDS)
BASE_RATE = 0.001

Decision = tuple[str, str, str, int | None]
"""Entity type, entity id, verdict, day of March on which it was made."""

BOTH_KINDS: list[Decision] = [
    ("account", "a", "extraction", 1),
    ("account", "d", "benign", 1),
]


def write_warehouse(folder: Path, decisions: Sequence[Decision]) -> Warehouse:
    """What a run leaves of accounts a to f, of which a, b and c are the cluster k."""
    warehouse = Warehouse(folder / "warehouse")
    warehouse.prepare()
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(
            """
            create table account_profiles as
            select unnest(['a', 'b', 'c', 'd', 'e', 'f']) as account_id;
            create table cluster_member_links as
            select * from (values ('a', 'k', 1.0), ('b', 'k', 0.5), ('c', 'k', 1.0))
                as links (account_id, cluster_id, strength);
            create table membership_features as
            select account_id, 1 as community_number, mean_link, 0.5 as request_fit
            from (values ('a', 4.0), ('b', 5.0), ('c', 3.0), ('d', 2.0), ('e', 3.5))
                as members (account_id, mean_link);
            create table findings as
            select * from (values
                ('account', 'a', 'output_profile', 2.0),
                ('account', 'a', 'somebodys_own', 9.0),
                ('account', 'e', 'own_topics', -0.5),
                ('cluster', 'k', 'synchrony', 3.0)
            ) as findings (entity_type, entity_id, signal, value);
            create table run_parameters as select -5.0 as prior_log_odds;
            create table link_weights as
            select * from (values ('network', 1.0)) as kinds (entity_type, rarity_min);
            create table pair_sharing as
            select * from (values
                ('a', 'b', 'network', 5.0),
                ('a', 'e', 'network', 2.0)
            ) as pairs (account_id_a, account_id_b, entity_type, rarity);
            create table pool_sharing as select * from pair_sharing where false;
            create table rhythm_sharing as select * from pair_sharing where false;
            create table stg_native__verdicts (
                file_path varchar, "row_number" bigint, entity_type varchar,
                entity_id varchar, verdict varchar, decided_at timestamp,
                rejection_reason varchar
            )
            """
        )
        for number, (entity_type, entity_id, verdict, day) in enumerate(decisions):
            decided_at = None if day is None else f"2026-03-{day:02}"
            connection.execute(
                "insert into stg_native__verdicts values (?, ?, ?, ?, ?, ?, null)",
                ["verdicts.csv", number, entity_type, entity_id, verdict, decided_at],
            )
    return warehouse


def labels_of(verdicts: Verdicts) -> dict[str, bool]:
    accounts = verdicts.accounts
    labels = accounts.is_extraction.tolist()
    return dict(zip(accounts.account_id.tolist(), labels, strict=True))


def read(folder: Path, decisions: Sequence[Decision]) -> Verdicts:
    return read_verdicts(write_warehouse(folder, decisions), WEIGHING)


def test_last_decision_on_an_entity_counts(tmp_path: Path) -> None:
    verdicts = read(
        tmp_path,
        [
            ("account", "a", "extraction", 9),
            ("account", "a", "benign", 2),
            ("account", "a", "benign", None),
            ("account", "d", "extraction", 3),
            ("account", "d", "benign", 3),
        ],
    )
    assert labels_of(verdicts) == {"a": True, "d": False}
    assert not verdicts.unused


def test_decision_on_a_cluster_labels_members_without_their_own(tmp_path: Path) -> None:
    verdicts = read(
        tmp_path,
        [
            ("cluster", "k", "extraction", 9),
            ("account", "b", "benign", 1),
            ("account", "c", "unclear", 1),
        ],
    )
    assert labels_of(verdicts) == {"a": True, "b": False}
    assert verdicts.unused == {
        "neither extraction nor benign": 1,
        "on a cluster, for a member with a verdict of its own": 2,
    }


def test_what_is_not_there_is_counted(tmp_path: Path) -> None:
    verdicts = read(
        tmp_path,
        [
            *BOTH_KINDS,
            ("account", "ghost", "benign", 1),
            ("cluster", "merged", "benign", 1),
            ("session", "s", "benign", 1),
        ],
    )
    assert labels_of(verdicts) == {"a": True, "d": False}
    assert verdicts.unused == {
        "on an account or a cluster that is not there": 2,
        "on neither an account nor a cluster": 1,
    }


def test_rejected_rows_are_no_decisions(tmp_path: Path) -> None:
    warehouse = write_warehouse(tmp_path, [*BOTH_KINDS, ("account", "e", "benign", 1)])
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(
            "update stg_native__verdicts set rejection_reason = 'value of the wrong "
            "type' where entity_id = 'e'"
        )
    assert labels_of(read_verdicts(warehouse, WEIGHING)) == {"a": True, "d": False}


def test_findings_are_those_of_the_last_run(tmp_path: Path) -> None:
    verdicts = read(tmp_path, [*BOTH_KINDS, ("account", "b", "extraction", 1)])
    findings = verdicts.accounts.findings
    named = [
        (verdicts.accounts.account_id[account], WEIGHING.names[signal], value)
        for account, signal, value in zip(
            findings.observation, findings.parameter, findings.value, strict=True
        )
    ]
    assert named == [
        ("a", "output_profile", 2.0),
        ("a", "synchrony", 3.0),
        ("b", "synchrony", 1.5),
    ]
    assert verdicts.unknown_signals == ("somebodys_own",)
    assert verdicts.prior_log_odds == -5


def test_accounts_of_one_cluster_are_held_out_together(tmp_path: Path) -> None:
    decisions: list[Decision] = [
        *(("account", name, "extraction", 1) for name in "abc"),
        *(("account", name, "benign", 1) for name in "def"),
    ]
    part = read(tmp_path, decisions).part
    assert len(set(part[:3].tolist())) == 1
    assert len(set(part.tolist())) > 1
    assert 0 <= part.min() <= part.max() < PARTS


@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        ([], "No verdict on an account of this log"),
        ([("account", "ghost", "benign", 1)], r"Not used:\n  1 on an account"),
        ([("cluster", "k", "extraction", 1)], "All 3 decided accounts are extraction"),
        ([("account", "a", "benign", 1)], "All 1 decided accounts are benign"),
    ],
)
def test_too_few_kinds_of_verdicts_are_refused(
    tmp_path: Path, decisions: list[Decision], message: str
) -> None:
    with pytest.raises(VerdictError, match=message):
        read(tmp_path, decisions)


def test_warehouse_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerdictError, match=r"no working database at .*make run"):
        read_verdicts(Warehouse(tmp_path), WEIGHING)
    assert not list(tmp_path.iterdir())


def test_unfinished_build_is_refused(tmp_path: Path) -> None:
    warehouse = write_warehouse(tmp_path, BOTH_KINDS)
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("drop table findings")
    with pytest.raises(VerdictError, match=r"(?s)findings.*Finish a `make run`"):
        read_verdicts(warehouse, WEIGHING)


def test_warehouse_in_use_is_refused(tmp_path: Path) -> None:
    warehouse = write_warehouse(tmp_path, BOTH_KINDS)
    with warehouse.lock(), pytest.raises(WarehouseError, match="Another run"):
        read_verdicts(warehouse, WEIGHING)


def drawn_accounts(count: int, seed: int, telling: str) -> LabelledAccounts:
    """Accounts of which one signal tells the class, and another is noise."""
    rng = np.random.default_rng(seed)
    is_extraction = np.arange(count) % 2 == 0
    keys = [(telling, "account"), ("shared_identity", "account")]
    value = rng.normal(size=(count, 2))
    value[:, 0] += np.where(is_extraction, 1.0, -1.0)
    return LabelledAccounts(
        findings=Findings(
            observation=np.repeat(np.arange(count), 2),
            parameter=np.tile([WEIGHING.parameter[key] for key in keys], count),
            family=np.tile([WEIGHING.family[key] for key in keys], count),
            value=value.ravel(),
            weight_max=np.full(2 * count, np.inf),
        ),
        is_extraction=is_extraction,
        is_bystander=np.zeros(count, dtype=bool),
        group=np.arange(count),
        persona=np.full(count, "drawn"),
        account_id=np.array([f"{seed}-{number}" for number in range(count)]),
    )


WORLDS = drawn_accounts(400, seed=1, telling="output_profile")
DECIDED = Verdicts(
    accounts=drawn_accounts(60, seed=2, telling="own_topics"),
    part=np.arange(60) % PARTS,
    prior_log_odds=-2.0,
    unused={},
    unknown_signals=(),
)
BAGS = draw_bags(
    WORLDS.is_extraction, WORLDS.is_bystander, WORLDS.group, BASE_RATE, bags=2
)
BY_BAG = fit_signal_weights(
    WORLDS.findings,
    WORLDS.is_extraction,
    BAGS,
    BASE_RATE,
    WEIGHING.family_caps,
    len(WEIGHING.names),
)
WORLD_WEIGHTS = BY_BAG.mean(axis=0)


def refit(verdicts: Verdicts, verdict_weight: float = 1.0) -> VerdictFit:
    return fit_with_verdicts(
        WORLDS, verdicts, WEIGHING, BAGS, BY_BAG, BASE_RATE, verdict_weight
    )


def weight(weights: Floats, signal: str) -> float:
    return float(weights[WEIGHING.names.index(signal)])


def test_verdicts_teach_what_the_worlds_do_not_show() -> None:
    fit = refit(DECIDED)
    assert weight(WORLD_WEIGHTS, "own_topics") == pytest.approx(0, abs=1e-3)
    assert weight(fit.weights, "own_topics") > 0.5
    worlds_say = weight(WORLD_WEIGHTS, "output_profile")
    assert weight(fit.weights, "output_profile") == pytest.approx(worlds_say, abs=0.1)
    labels = DECIDED.accounts.is_extraction
    before = verdict_log_odds(DECIDED, WORLD_WEIGHTS, WEIGHING)
    assert mean_loss(fit.held_out_log_odds, labels) < mean_loss(before, labels) - 0.1


def test_weight_of_a_verdict_is_how_often_it_counts() -> None:
    twice = replace(
        DECIDED,
        accounts=LabelledAccounts.joined([DECIDED.accounts] * 2),
        part=np.tile(DECIDED.part, 2),
    )
    assert refit(DECIDED, 2).weights == pytest.approx(refit(twice).weights, abs=1e-3)
    assert refit(DECIDED, 1e-9).weights == pytest.approx(WORLD_WEIGHTS, abs=1e-3)


def test_a_held_out_score_has_not_seen_its_own_part() -> None:
    is_first = DECIDED.part == 0
    labels = DECIDED.accounts.is_extraction
    lied_to = replace(
        DECIDED,
        accounts=replace(DECIDED.accounts, is_extraction=labels ^ is_first),
    )
    honest, other = (refit(one).held_out_log_odds for one in (DECIDED, lied_to))
    assert other[is_first].tolist() == honest[is_first].tolist()
    assert (other[~is_first] != honest[~is_first]).all()


def test_chosen_accounts_keep_their_findings() -> None:
    chosen = np.arange(60) % 3 == 1
    some = DECIDED.accounts.only(chosen)
    assert some.account_id.tolist() == DECIDED.accounts.account_id[chosen].tolist()
    assert some.findings.observation.tolist() == np.repeat(np.arange(20), 2).tolist()
    values = DECIDED.accounts.findings.value.reshape(60, 2)[chosen]
    assert some.findings.value.tolist() == values.ravel().tolist()


@pytest.fixture
def command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, Path]]:
    """Run the command over a world that is built already, on a copy of the seeds."""
    folder = tmp_path / "world"
    write_warehouse(folder, [])
    labels = pa.table(
        {
            "account_id": list("abcdef"),
            "is_extraction": [True, True, True, False, False, False],
            "group_id": ["amber"] * 3 + [None] * 3,
            "persona": ["extraction"] * 3 + ["quiet"] * 3,
            "level": pa.array([1, 1, 1, None, None, None], pa.int64()),
        }
    )
    world = LabelledWorld(folder)
    world.truth.parent.mkdir()
    pq.write_table(labels, world.truth)
    seeds = Path(copytree(SEEDS, tmp_path / "seeds"))
    monkeypatch.setattr(calibration, "SEEDS", seeds)
    monkeypatch.setattr(calibration, "make_world", lambda *_: world)
    for name in ("build_link_models", "build_member_models", "build_signal_models"):
        monkeypatch.setattr(calibration, name, lambda *_: None)

    def run(*arguments: object) -> tuple[int, Path]:
        monkeypatch.setattr(sys, "argv", ["calibration", *map(str, arguments)])
        return calibration.main(), seeds

    return run


def changed_seeds(seeds: Path) -> set[str]:
    return {
        path.name
        for path in seeds.iterdir()
        if path.read_bytes() != (SEEDS / path.name).read_bytes()
    }


def test_nothing_is_written_unless_asked(
    command_line: Callable[..., tuple[int, Path]],
) -> None:
    exit_code, seeds = command_line()
    assert (exit_code, changed_seeds(seeds)) == (0, set())
    exit_code, seeds = command_line("--write")
    assert exit_code == 0
    assert changed_seeds(seeds) == {
        "link_weights.csv",
        "membership_weights.csv",
        "signal_weights.csv",
    }


def test_verdicts_leave_links_as_they_are(
    command_line: Callable[..., tuple[int, Path]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    decisions = [*BOTH_KINDS, ("account", "ghost", "benign", 1)]
    warehouse = write_warehouse(tmp_path / "operator", decisions)
    exit_code, seeds = command_line("--write", "--warehouse", warehouse.folder)
    assert (exit_code, changed_seeds(seeds)) == (0, {"signal_weights.csv"})
    said = capsys.readouterr()
    assert "2 decided accounts are used, 1 extraction and 1 benign" in said.out
    assert "Not used: 1 on an account or a cluster that is not there." in said.out
    assert "the signal somebodys_own" in said.out
    assert "| weight of | now | worlds | with verdicts |" in said.out
    assert "| worlds and the verdicts of other parts |" in said.out
    assert "## Links" not in said.out
    assert "world 11: generating" in said.err


def test_verdicts_are_looked_at_before_the_long_work(
    command_line: Callable[..., tuple[int, Path]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    exit_code, seeds = command_line("--write", "--warehouse", tmp_path / "nowhere")
    assert (exit_code, changed_seeds(seeds)) == (1, set())
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("calibration: There is no working database at ")


@pytest.mark.parametrize("verdict_weight", ["0", "-1", "nan", "inf"])
def test_a_verdict_weighs_something(
    command_line: Callable[..., tuple[int, Path]], verdict_weight: str
) -> None:
    with pytest.raises(SystemExit):
        command_line("--verdict-weight", verdict_weight)
