"""What is published can be judged, and adds up again without a signal."""

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.evaluation.ablation import AblationError, ablate, read_caps
from tests.evaluation.builds import BuiltWorld, RunError, build
from tests.evaluation.crowd import band_table
from tests.evaluation.judgement import JudgementError, read_published
from tests.evaluation.judging import (
    figures_by_level,
    level_table,
    persona_table,
    whole_table,
)
from tests.evaluation.metrics import judge
from tests.evaluation.peers.comparison import PRODUCT
from tests.evaluation.plan import HELD_OUT_SEED, Plan
from tests.evaluation.sections import sections
from tests.worlds.presets import PRESETS
from tests.worlds.world import World
from tests.worlds.writing import write


@pytest.fixture
def world(built_warehouse: Path, small_world: World, tmp_path: Path) -> BuiltWorld:
    """The small world with a copy of what was published about it."""
    write(small_world, tmp_path)
    (tmp_path / "warehouse").mkdir()
    shutil.copy(built_warehouse / "extraction_watch.duckdb", tmp_path / "warehouse")
    return BuiltWorld("small", PRESETS["small"], tmp_path)


def change(world: BuiltWorld, statement: str) -> None:
    with duckdb.connect(str(world.database)) as connection:
        connection.execute(statement)


def test_published_tables_are_judged(world: BuiltWorld) -> None:
    figures = judge(world.truth, world.judgement, world.base_rate)
    assert world.base_rate == pytest.approx(0.001)
    assert figures.campaigns == 2
    assert figures.average_precision > world.truth.is_extraction.mean()
    assert figures.calibration_error is not None


def test_tables_have_a_row_for_each_level_and_world(world: BuiltWorld) -> None:
    levels = figures_by_level(world, world.judgement)
    assert sorted(levels) == [1, 3]
    lines = level_table([levels, levels]).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| 1", "| 3", "| 0 to 3"]
    assert len(whole_table([world]).splitlines()) == 3
    assert persona_table([world]).splitlines()[-1].startswith("| all |")


def test_bands_hold_every_account_once(world: BuiltWorld) -> None:
    rows = [line.split(" | ") for line in band_table(world).splitlines()[2:]]
    accounts = sum(int(row[1].replace(",", "")) for row in rows)
    guilty = sum(int(row[2].replace(",", "")) for row in rows)
    assert accounts == len(world.truth)
    assert guilty == world.truth.is_extraction.sum()


def test_every_signal_has_an_effect(world: BuiltWorld) -> None:
    found = ablate(world, read_caps()).effects
    with duckdb.connect(str(world.database), read_only=True) as connection:
        signals = connection.execute(
            "select distinct signal from evidence where entity_type = 'account'"
        ).fetchall()
    assert set(found) == {signal for (signal,) in signals}
    assert any(one.precision_lost != 0 for one in found.values())


def test_blocks_of_the_page(world: BuiltWorld, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    built = folder / "judgement-100"
    for part in ("logs", "truth", "warehouse"):
        shutil.copytree(world.folder / part, built / part)
    config = replace(PRESETS["small"], seed=HELD_OUT_SEED)
    plan = Plan(judgement=(config,), ladders={}, is_with_peers=True)
    blocks = dict(sections(plan, folder, reuse=True, keep=True))
    assert list(blocks) == ["judgement", "peers", "ablation"]
    assert blocks["judgement"].startswith("Seeds: 100. Benign accounts in each: ")
    peers = blocks["peers"].splitlines()[4:]
    assert peers[0].startswith(f"| {PRODUCT} |")
    assert peers[-1].startswith("| co-similarity network |")


def test_a_run_that_fails_is_no_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    with pytest.raises(RunError, match="small"):
        build("small", PRESETS["small"], tmp_path, reuse=False)


def test_scores_that_are_not_their_evidence_are_refused(world: BuiltWorld) -> None:
    change(world, "update evidence set raw_weight = raw_weight + 0.5")
    with pytest.raises(AblationError, match="differ from evidence"):
        ablate(world, read_caps())


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "delete from accounts where account_id = "
            "(select min(account_id) from accounts)",
            "1 are missing",
        ),
        ("insert into accounts from accounts limit 1", "more than once"),
        ("update accounts set extraction_probability = 'nan'", "outside 0..1"),
    ],
)
def test_tables_that_cannot_be_judged(
    world: BuiltWorld, statement: str, reason: str
) -> None:
    change(world, statement)
    with pytest.raises(JudgementError, match=reason):
        read_published(world.database, world.truth)
