"""What a prompt asks for, whatever is done to hide it."""

import base64
import importlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.capabilities import train
from tests.capabilities.evaluate import (
    ATTACKS,
    HOLDOUT,
    attacked,
    labels,
    overall,
    world_prompts,
)
from tests.capabilities.texts import CORPUS, Corpus, holdout, to_array
from udfs._plain_text import plain_text
from udfs.prompt_capability import OTHER, prompt_capability

module = importlib.import_module("udfs.prompt_capability")

hostile = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
ASKS = {
    "answer_grading": "Grade the response by the rubric, with a score from 1 to 5.",
    "coding": "Write a Python function with unit tests that parses this file.",
    "reasoning_elicitation": "Think step by step, show every step, then answer.",
    "other": "What can I cook for dinner tonight?",
}


def capability(*prompts: str | None) -> list[str | None]:
    found: list[str | None] = prompt_capability(
        pa.array(prompts, pa.string())
    ).to_pylist()
    return found


def plain(text: str) -> str:
    shown: str = plain_text(pa.array([text], pa.string()))[0].as_py()
    return shown


# --- Texts of all kinds --------------------------------------------------------------


def test_plain_asks() -> None:
    assert capability(*ASKS.values()) == list(ASKS)


def test_null_and_empty_texts() -> None:
    assert capability(None, "", " \n\t", "\u200b") == [None, OTHER, OTHER, OTHER]
    assert capability() == []
    assert capability(None) == [None]


@pytest.mark.parametrize(
    "filler", ["word ", "漢字", "!?", "a", "\u200b", "é \n", "QUJD"]
)
def test_huge_texts_are_read_at_both_ends(filler: str) -> None:
    ask = ASKS["answer_grading"]
    body = filler * 1_000_000
    assert capability(f"{ask}\n\n{body}") == ["answer_grading"]
    assert capability(f"{body}\n\n{ask}") == ["answer_grading"]


@settings(deadline=None)
@given(st.lists(st.none() | hostile | st.sampled_from(list(ASKS.values())), max_size=8))
def test_a_label_depends_on_its_own_text_only(prompts: list[str | None]) -> None:
    """Neither batches nor neighbours nor slices nor repetitions change it."""
    together = capability(*prompts)
    assert together == [capability(prompt)[0] for prompt in prompts]
    assert capability(*prompts, *prompts) == together * 2
    sliced = pa.array(["in front", *prompts, "behind"], pa.string())
    assert prompt_capability(sliced.slice(1, len(prompts))).to_pylist() == together
    for prompt, label in zip(prompts, together, strict=True):
        assert (label is None) == (prompt is None)


def test_labels_are_those_of_the_corpus() -> None:
    assert module.Model.read(module.WEIGHTS).classes == Corpus(1).capabilities


def test_one_word_is_no_capability() -> None:
    for word in ("rubric", "python", "rewrite", "screenshot", "dataset", "agent"):
        assert capability(f"my {word} and other things of the day") == [OTHER]


# --- Disguises -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ｓｔｅｐ ｂｙ ｓｔｅｐ", "step by step"),
        ("𝐬𝐭𝐞𝐩 𝑏𝑦 𝔰𝔱𝔢𝔭", "step by step"),
        ("stеp by stер", "step by step"),  # Cyrillic е, р
        ("s\u200bt\u2060e\ufeffp", "step"),
        ("\u202estep\u202c", "step"),
        ("évalúa", "evalua"),
        ("пошaгoвo", "пошагово"),  # Latin a, o
        ("обычный текст", "обычныи текст"),
        ("c3RlcCBieSBzdGVwIHBsZWFzZSBub3c=", "step by step please now"),
        (
            "c3RlcCBieSBzdGVwIHBsZWFzZSBu\nb3cgYW5kIHRoZW4=",
            "step by step please now and then",
        ),
        ("请一步一步思考", "请一步一步思考"),
        ("0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"),
        ("αβγ и abc", "αβγ и abc"),
    ],
)
def test_plain_texts(text: str, shown: str) -> None:
    assert plain(text).strip() == shown


def test_base64_in_base64_is_read() -> None:
    text = ASKS["answer_grading"]
    for _ in range(2):
        text = base64.b64encode(text.encode()).decode()
    assert capability(text) == ["answer_grading"]


@given(hostile)
def test_any_text_has_a_plain_form(text: str) -> None:
    shown = plain(text)
    assert shown == shown.lower() or not shown.isascii()


# --- How good it is, on texts that it was not built from -----------------------------


def test_the_holdout_is_no_part_of_the_corpus() -> None:
    corpus = CORPUS.read_text(encoding="utf-8")
    assert not [one.text for one in holdout(HOLDOUT) if one.text in corpus]


def test_precision_and_recall_on_unseen_texts() -> None:
    for examples, recall_min in ((holdout(HOLDOUT), 0.45), (world_prompts(), 0.7)):
        truth = [one.capability for one in examples]
        precision, recall, hit = overall(truth, labels(examples))
        assert precision >= 0.9
        assert recall >= recall_min
        assert hit <= 0.1


@pytest.mark.parametrize("name", ATTACKS)
def test_disguised_texts_say_the_same(name: str) -> None:
    examples = holdout(HOLDOUT)
    shown, hidden = labels(examples), labels(attacked(examples, ATTACKS[name]))
    same = [one == other for one, other in zip(shown, hidden, strict=True)]
    assert np.mean(same) >= 0.93


# --- Training ------------------------------------------------------------------------


def test_training_learns_and_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "ITERATIONS", 12)
    corpus = Corpus(2)
    classes = corpus.capabilities
    examples = list(corpus.examples(4))
    prompts = train.read(examples, classes)
    once = train.fit(prompts.matrix, prompts.target, classes, np.random.default_rng(3))
    again = train.fit(prompts.matrix, prompts.target, classes, np.random.default_rng(3))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    guess = (prompts.matrix @ once[0] + once[1]).argmax(axis=1)
    assert (guess == prompts.target).mean() > 0.8
    same = list(Corpus(2).examples(4))
    assert to_array(same).equals(to_array(examples))


def test_the_weights_are_small() -> None:
    assert Path(module.WEIGHTS).stat().st_size < 300_000
