"""The product's side of the comparison of steps with other tools, and its figures."""

from pathlib import Path

import pyarrow as pa
import pytest

from extraction_watch.quiet_connection import connect
from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.peers import components, duplicates, linking, sessions
from tests.benchmarks.scale.peers.contest import (
    Contender,
    Result,
    Step,
    Work,
    contest,
    results_table,
    run,
)
from tests.benchmarks.scale.peers.grouping import Agreement, Groups, b_cubed, joined
from tests.benchmarks.scale.peers.texts import families, labels_of, write_texts
from tests.benchmarks.scale.processes import Cost
from tests.worlds.world import World
from tests.worlds.writing import write


@pytest.fixture(scope="module")
def folder(
    small_world: World, built_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What the command lays out, with a warehouse that is there anyway."""
    made = tmp_path_factory.mktemp("peers")
    write(small_world, made / "world")
    (made / "warehouse").symlink_to(built_warehouse)
    write_texts(made)
    return made


def test_sessions_of_the_model_are_those_of_a_plain_loop(folder: Path) -> None:
    (step,) = sessions.STEPS
    _, agreement = run(step.contenders[0], step.truth, folder, 1)
    assert agreement.figures == (1.0, 1.0, 1.0)


def test_links_lead_to_accounts_of_one_operator(folder: Path) -> None:
    (step,) = linking.STEPS
    ours = [one for one in step.contenders if "extraction_watch" in one.tool]
    things, behaviour = (run(one, step.truth, folder, 1)[1] for one in ours)
    assert things.precision > 0.9
    assert 0.5 < things.recall < behaviour.recall


def test_communities_are_those_that_were_built(folder: Path) -> None:
    with connect(Warehouse(folder / "warehouse").database, read_only=True) as built:
        rows = built.execute(
            "select account_id || '-0', community_number::varchar from link_communities"
        ).fetchall()
    once, often = components.STEPS
    _, agreement = run(once.contenders[0], lambda _: dict(rows), folder, 1)
    assert agreement.figures == (1.0, 1.0, 1.0)
    found = often.contenders[0].prepare(folder)().to_pydict()["account_id"]
    assert len(found) == len(rows) * components.COPIES


@pytest.mark.parametrize("name", ["copies", "prompts"])
def test_families_hold_texts_of_one_group(folder: Path, name: str) -> None:
    found = families(folder, name, with_skeletons=True)().to_pydict()
    groups = dict(zip(found["request_id"], found["family_id"], strict=True))
    agreement = b_cubed(labels_of(folder, name), groups)
    assert agreement.precision > 0.8
    assert agreement.recall > 0.8


def test_trigrams_are_of_words() -> None:
    (few, none) = duplicates.trigrams(["One two THREE four", "too short"])
    assert few == {"one two three", "two three four"}
    assert none == set()


@pytest.mark.parametrize(
    ("groups", "precision", "recall"),
    [
        ({"a": 1, "b": 1, "c": 2, "d": 2}, 1.0, 1.0),
        ({"a": 1, "b": 1, "c": 1, "d": 1}, 0.5, 1.0),
        ({}, 1.0, 0.5),
        # a stranger in the group of two spoils it by a third
        ({"a": 1, "b": 1, "x": 1, "c": 2, "d": 2}, (2 / 3 + 1) / 2, 1.0),
    ],
)
def test_agreement_of_groups(groups: Groups, precision: float, recall: float) -> None:
    truth = {"a": "one", "b": "one", "c": "other", "d": "other", "x": None}
    agreement = b_cubed(truth, groups)
    assert agreement.precision == pytest.approx(precision)
    assert agreement.recall == pytest.approx(recall)


def test_pairs_are_joined_over_others() -> None:
    found = joined([("d", "c"), ("a", "b"), ("c", "b"), ("f", "e")])
    assert found == dict.fromkeys("abcd", "a") | dict.fromkeys("ef", "e")


def _truth(folder: Path) -> dict[str, str | None]:
    return {"a": "one", "b": "one"}


def _as_table() -> pa.Table:
    return pa.table({"name": ["a", "b"], "group": [7, 7]})


def _tool(folder: Path) -> Work:
    return _as_table


def _alternatives(found: pa.Table) -> list[Groups]:
    return [{}, {"a": 1, "b": 1}]


def test_tools_run_in_processes_of_their_own(folder: Path) -> None:
    step = Step("step", _truth, (Contender("one", _tool),))
    (result,) = contest(step, folder, 2)
    assert (result.step, result.tool) == ("step", "one")
    assert result.agreement.f1 == 1.0
    assert result.cost.peak_bytes > 10_000_000


def test_the_best_of_several_groupings_counts(folder: Path) -> None:
    _, agreement = run(Contender("one", _tool, _alternatives), _truth, folder, 1)
    assert agreement.f1 == 1.0


def test_ratios_are_to_the_first_row_of_the_step() -> None:
    results = [
        Result("step", tool, Cost(seconds, 2 * seconds, 10**9), Agreement(1.0, 0.5))
        for tool, seconds in (("ours", 2.0), ("theirs", 5.0))
    ]
    theirs = results_table(results).splitlines()[-1]
    assert theirs == (
        "| step | theirs | 5.00 | 10.00 | 2.50 | 2.50 | 1.00 | 1.000 | 0.500 | 0.667 |"
    )
