"""Figures that families are judged by, and the templates they are judged against."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.benchmarks.families import agreement
from tests.worlds.presets import PRESETS
from tests.worlds.skeletons import write_variants
from tests.worlds.world import generate

Names = Sequence[str | None]


@pytest.mark.parametrize(
    ("templates", "families", "figures"),
    [
        # assigned, purity, completeness, homogeneity, V-completeness, grouping
        (["a", "a", "b", "b"], ["1", "1", "2", "2"], [1, 1, 1, 1, 1, 1]),
        (["a", "a", "b", "b"], ["1", "1", "1", "1"], [1, 0.5, 1, 0, 1, 0]),
        (["a", "a", "b", "b"], ["1", "2", "3", "4"], [1, 1, 0.5, 1, 0.5, 0]),
        (["a", "a", "b", "b"], [None] * 4, [0, 0, 0.5, 1, 0.5, 0]),
        (["a", "a", "b", "b"], ["1", "1", "2", None], [0.75, 1, 0.75, 1, 2 / 3, 0.5]),
        # strangers without a template in a family spoil it
        (["a", "a", None], ["1", "1", "1"], [1, 1, 1, 1, 1, 0]),
        (["a", None, None], ["1", "1", "1"], [1, 0, 1, 1, 1, 0]),
    ],
)
def test_agreement(templates: Names, families: Names, figures: list[float]) -> None:
    found = list(vars(agreement(templates, families)).values())
    assert found == pytest.approx(figures)


def test_all_layouts_of_an_instruction_are_one_template() -> None:
    for seed in range(20):
        layouts = write_variants("coding", 4, np.random.default_rng(seed))
        moved = {one.instruction for one in layouts if one.registers}
        assert layouts[0].instruction
        assert len({one.parts for one in layouts}) == 4
        # a preamble that stands nowhere cannot be moved: then another is written
        assert len(moved) == 1 or not layouts[0].parts[0].rstrip().count("\n\n")


def test_template_ids_are_truth_only() -> None:
    world = generate(replace(PRESETS["small"], seed=5))
    truth = world.truth_requests
    ids = truth["template_id"].to_pylist()
    prompts = world.api_requests["prompt"].to_pylist()
    assert "template_id" not in world.api_requests.column_names
    assert all(one is None for one, text in zip(ids, prompts, strict=True) if not text)
    assert 10 < len(set(ids)) < len(ids) / 2
