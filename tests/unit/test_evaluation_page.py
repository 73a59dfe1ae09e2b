"""Which worlds are judged, what is counted of them, and the page it is written to."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.evaluation import __main__ as command
from tests.evaluation import sections
from tests.evaluation.ablation import (
    Ablation,
    Effect,
    Evidence,
    direction_table,
    effect_table,
)
from tests.evaluation.builds import BuiltWorld, RunError
from tests.evaluation.costs import cost_table, costs, mix_table
from tests.evaluation.judgement import judgement_of
from tests.evaluation.ladder import (
    LADDER_MIXES,
    Rung,
    climb,
    hardest_table,
    ladder_table,
    ladder_worlds,
)
from tests.evaluation.markdown import replace_block
from tests.evaluation.plan import HELD_OUT_SEED, Plan, crowd, usual_plan
from tests.worlds.config import WorldConfig
from tests.worlds.presets import PRESETS, ladder
from tests.worlds.world import generate
from tests.worlds.writing import write

FULL = usual_plan(is_full=True, is_with_peers=True)


def pools(configs: Sequence[WorldConfig]) -> list[tuple[int, float | None]]:
    return sorted((one.level, one.mix_share) for c in configs for one in c.campaigns)


def test_a_ladder_has_every_rung_once() -> None:
    for pool, configs in FULL.ladders.items():
        assert pools(configs) == [(n, mix) for n in range(6) for mix in LADDER_MIXES]
        assert {one.accounts for c in configs for one in c.campaigns} == {pool}
    assert list(FULL.ladders) == [10, 50, 200, 2000]


def test_pools_do_not_crowd_out_the_people() -> None:
    for config in ladder_worlds(2000, LADDER_MIXES, 100):
        assert sum(one.accounts for one in config.campaigns) <= config.population / 3


def test_tasks_are_not_tied_to_levels() -> None:
    tasks = {
        one.capabilities for one in FULL.ladders[50][0].campaigns if one.level == 5
    }
    assert len(tasks) > 2


def test_the_usual_plan_leaves_out_what_takes_long() -> None:
    quick = usual_plan(is_full=False, is_with_peers=False)
    assert 2000 not in quick.ladders
    assert quick.crowd is None
    assert not quick.is_with_peers
    assert FULL.crowd is not None
    assert FULL.hardest == quick.hardest
    assert quick.judgement == FULL.judgement


def test_seeds_of_fits_are_refused() -> None:
    low = replace(PRESETS["small"], seed=HELD_OUT_SEED - 1)
    with pytest.raises(ValueError, match="for fitting"):
        Plan(judgement=(low,), ladders={})
    high = replace(low, seed=HELD_OUT_SEED)
    with pytest.raises(ValueError, match="one seed"):
        Plan(judgement=(high,), ladders={}, crowd=high)


def test_the_crowd_has_the_base_rate() -> None:
    config = crowd(100_000)
    assert sum(one.accounts for one in config.campaigns) == config.population / 1000


def test_the_page_has_a_block_for_every_section() -> None:
    page = command.PAGE.read_text(encoding="utf-8")
    names = {f"ladder-{pool}" for pool in FULL.ladders}
    names |= {"judgement", "peers", "cost", "ablation", "hardest", "crowd"}
    for name in names:
        assert name in replace_block(page, name, "text")
    code = Path(sections.__file__).read_text(encoding="utf-8")
    yielded = set(re.findall(r'yield f?"([a-z]+)', code))
    assert yielded == {name.partition("-")[0] for name in names}


@pytest.mark.parametrize(("parts", "is_joint"), [((), True), (("crowd",), False)])
def test_the_page_gets_what_is_printed(
    parts: tuple[str, ...],
    is_joint: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- crowd --><!-- /crowd -->\n<!-- cost --><!-- /cost -->", "utf-8"
    )
    blocks = [("crowd", "| many |"), ("cost", "| much |")]
    monkeypatch.setattr(command, "sections", lambda *_: iter(blocks))
    chosen = ["--parts", *parts] if parts else []
    monkeypatch.setattr("sys.argv", ["evaluation", "--page", str(page), *chosen])
    assert command.main() == 0
    said = capsys.readouterr().out
    assert "| many |" in said
    assert "| much |" in said
    written = page.read_text("utf-8")
    assert "<!-- crowd -->\n| many |\n<!-- /crowd -->" in written
    assert ("| much |" in written) == is_joint


def test_a_world_that_fails_ends_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RunError("small: no space left")

    monkeypatch.setattr(command, "sections", fail)
    monkeypatch.setattr("sys.argv", ["evaluation"])
    assert command.main() == 1
    assert "no space left" in capsys.readouterr().err


def test_a_page_without_the_block_is_refused() -> None:
    with pytest.raises(ValueError, match="no single block 'a'"):
        replace_block("<!-- b --><!-- /b -->", "a", "text")


@pytest.fixture(scope="module")
def rungs_world(tmp_path_factory: pytest.TempPathFactory) -> BuiltWorld:
    """Logs and truth of a world with two rungs; nothing is built of it."""
    config = ladder([(2, 0.25, 5), (5, 0.9, 6)], seed=7, population=120, days=10)
    folder = tmp_path_factory.mktemp("rungs")
    write(generate(config), folder)
    return BuiltWorld("rungs", config, folder)


def test_rungs_are_judged_one_by_one(rungs_world: BuiltWorld) -> None:
    truth = rungs_world.truth
    first = rungs_world.config.campaigns[0]
    ours = truth.account_id[truth.group == first.name].tolist()
    scores = dict.fromkeys(truth.account_id.tolist(), 0.0) | dict.fromkeys(ours, 1.0)
    said = judgement_of(truth, scores, 1.0, dict.fromkeys(ours, "c"))
    two, five = climb(truth, said, rungs_world.config)
    assert (two.level, two.mix, two.heads) == (2, 0.25, 5)
    assert (two.recall, two.decided, two.is_found) == (1, 1, True)
    assert (five.level, five.mix, five.heads) == (5, 0.9, 6)
    assert (five.recall, five.decided, five.is_found) == (0, 0, False)


def test_costs_are_counted_in_the_logs(rungs_world: BuiltWorld) -> None:
    two, five = costs(rungs_world)
    accounts = pq.read_table(rungs_world.folder / "truth" / "accounts.parquet")
    groups = accounts.column("group_id").to_pylist()
    assert five.accounts == groups.count(rungs_world.config.campaigns[1].name)
    assert two.accounts >= two.heads == 5
    # At level 2 two accounts pay together; at level 5 each has its own, if any.
    assert two.payments < two.accounts
    assert five.devices <= five.accounts <= five.exits
    assert two.taken < two.tokens
    assert (five.tokens - five.taken) / five.taken > 2
    table = cost_table(
        [two, five],
        [Rung(2, 0.25, 5, 1, 1, True)] * 2 + [Rung(5, 0.9, 6, 0.5, 0, False)],
    ).splitlines()
    assert table[2].startswith(f"| 2 | {20 * two.accounts} |")
    assert table[3].endswith("| 0.50 |")
    assert len(mix_table([two, five]).splitlines()) == 4


def test_ladder_tables() -> None:
    rungs = [Rung(0, 0.0, 10, 1, 1, True), Rung(0, 0.5, 10, 0.5, 0.25, False)]
    lines = ladder_table(rungs).splitlines()
    assert lines[0] == "| level | 0% mixed in | 50% mixed in |"
    assert lines[2] == "| 0 | 1.00 / 1.00 * | 0.50 / 0.25 |"
    assert hardest_table(rungs).splitlines()[2].startswith("| 10 | 2 | 0.750 | 0.500 |")


def evidence() -> Evidence:
    """Of two accounts: the first has a capped family and one below its cap."""
    return Evidence(
        account=np.array([0, 0, 0, 1]),
        signal=np.array(["one", "two", "three", "one"]),
        family=np.array(["capped", "capped", "other", "capped"]),
        is_of_cluster=np.zeros(4, dtype=bool),
        weight=np.array([2.0, 3.0, 1.0, -5.0]),
    )


def test_caps_hold_in_both_directions() -> None:
    caps = {"capped": 4.0, "other": 4.0}
    everything = np.ones(4, dtype=bool)
    scores = evidence().log_odds(3, -1.0, caps, everything)
    assert scores.tolist() == [4.0, -5.0, -1.0]


def test_without_a_signal_its_family_has_room_for_the_others() -> None:
    caps = {"capped": 4.0, "other": 4.0}
    findings = evidence()
    scores = findings.log_odds(3, -1.0, caps, findings.signal != "one")
    assert scores.tolist() == [3.0, -1.0, -1.0]


def test_tables_of_signals() -> None:
    worlds = [
        Ablation(
            "100", 0.5, 0.7, {"one": Effect(0.1, 0.2, 0.5), "two": Effect(0, 0, 1)}
        ),
        Ablation("101", 0.4, 0.6, {"one": Effect(0, -0.1, -0.5)}),
    ]
    assert effect_table(worlds).splitlines()[2:] == [
        "| all | 0.500 / 0.700 | 0.400 / 0.600 |",
        "| one | +0.100 / +0.200 | +0.000 / -0.100 |",
        "| two | +0.000 / +0.000 | - |",
    ]
    assert direction_table(worlds).splitlines()[2:] == [
        "| one | +0.500 | -0.500 | no |",
        "| two | +1.000 | - | yes |",
    ]
