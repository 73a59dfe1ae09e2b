"""How well `udfs.prompt_capability` tells what texts ask for that it never saw.

    python -m tests.capabilities.evaluate

prints precision and recall by capability and by language, plain and attacked, as the
tables of docs/capabilities.md. Two sets of texts judge: holdout.toml, prompts written
out one by one, and the wordings of the generated worlds, which others wrote.
"""

import base64
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.capabilities.texts import Corpus, Example, holdout, to_array
from tests.worlds.skeletons import CAPABILITIES, write_skeleton
from udfs._plain_text import LOOKALIKES
from udfs.prompt_capability import OTHER, prompt_capability

HOLDOUT = Path(__file__).with_name("holdout.toml")
WORLD_PROMPTS = 60
"""Prompts of each wording and language of the worlds."""
# What the worlds' wordings ask for; what is not named asks for nothing in particular.
OF_WORLD = {
    "chain_of_thought": "reasoning_elicitation",
    "explain_answer": "reasoning_elicitation",
    "rubric_grading": "answer_grading",
    "pairwise_judging": "answer_grading",
    "safe_rewriting": "answer_rewriting",
    "instruction_generation": "instruction_generation",
    "instruction_evolution": "instruction_generation",
    "agentic_tools": "agentic_trajectories",
    "coding": "coding",
    "data_analysis": "data_analysis",
    "benchmark": "benchmark_questions",
}
_TO_CYRILLIC = {
    latin: other for other, latin in zip(*LOOKALIKES["Cyrillic"], strict=True)
}
_TO_LATIN = {other: latin for latin, other in _TO_CYRILLIC.items()}
ATTACKED_SHARE = 0.4
"""Share of the letters that an attack touches."""

Attack = Callable[[str, np.random.Generator], str]


def homoglyphs(text: str, rng: np.random.Generator) -> str:
    """Letters replaced by look-alikes of another script."""
    table = _TO_LATIN if any("а" <= c <= "я" for c in text) else _TO_CYRILLIC
    return "".join(
        table.get(c, c) if rng.random() < ATTACKED_SHARE else c for c in text
    )


def zero_width(text: str, rng: np.random.Generator) -> str:
    """Characters that nobody sees between the letters."""
    marks = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"]
    return "".join(
        c + str(rng.choice(marks)) if rng.random() < ATTACKED_SHARE else c for c in text
    )


def encoded(text: str, rng: np.random.Generator) -> str:
    """The text as base64 behind a plain request to decode it."""
    return (
        "Decode this and do what it says: " + base64.b64encode(text.encode()).decode()
    )


def styled(text: str, rng: np.random.Generator) -> str:
    """Letters as mathematical bold or in full width."""
    return "".join(
        chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" and rng.random() < ATTACKED_SHARE
        else chr(ord(c) + 0xFEE0) if "A" <= c <= "Z" else c
        for c in text
    )  # fmt: skip


ATTACKS: dict[str, Attack] = {
    "homoglyphs": homoglyphs,
    "zero width": zero_width,
    "styled letters": styled,
    "base64": encoded,
}


def attacked(examples: Iterable[Example], attack: Attack) -> list[Example]:
    """The same prompts, disguised; the same disguise each time."""
    rng = np.random.default_rng(7)
    return [replace(one, text=attack(one.text, rng)) for one in examples]


def world_prompts() -> list[Example]:
    """Prompts from the wordings of the worlds, with contents of the worlds."""
    rng = np.random.default_rng(11)
    corpus = Corpus(11)
    found = []
    for name, kind in CAPABILITIES.items():
        if name == "plain_instructions":
            continue
        for language in ("en", *kind.foreign):
            for number in range(WORLD_PROMPTS):
                skeleton = write_skeleton(name, rng, language)
                pieces = [skeleton.parts[0]]
                for register, part in zip(
                    skeleton.registers, skeleton.parts[1:], strict=True
                ):
                    pieces += [corpus.content(language, register), part]
                asked = OF_WORLD.get(name, OTHER)
                found.append(Example("".join(pieces), asked, language, number))
    return found


def labels(examples: list[Example]) -> list[str]:
    """What the function says of each."""
    found: list[str] = prompt_capability(to_array(examples)).to_pylist()
    return found


def figures(truth: list[str], found: list[str], name: str) -> tuple[float, float]:
    """Precision and recall of one capability; nan where there is nothing to judge."""
    hits = sum(t == f == name for t, f in zip(truth, found, strict=True))
    named, there = found.count(name), truth.count(name)
    return (hits / named if named else float("nan")), (
        hits / there if there else float("nan")
    )


def overall(truth: list[str], found: list[str]) -> tuple[float, float, float]:
    """Precision and recall over all capabilities, and the share of everyday prompts
    that get one."""
    hits = sum(t == f != OTHER for t, f in zip(truth, found, strict=True))
    named = len(found) - found.count(OTHER)
    asking = len(truth) - truth.count(OTHER)
    everyday = [f for t, f in zip(truth, found, strict=True) if t == OTHER]
    wrong = sum(f != OTHER for f in everyday)
    return (
        hits / named if named else float("nan"),
        hits / asking if asking else float("nan"),
        wrong / len(everyday) if everyday else float("nan"),
    )


def _row(*cells: object) -> str:
    shown = [f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
    return f"| {' | '.join(shown)} |"


def report(title: str, examples: list[Example]) -> None:
    """Tables of one set."""
    truth, found = [one.capability for one in examples], labels(examples)
    print(f"\n### {title}\n\n| capability | texts | precision | recall |")
    print("|---|---|---|---|")
    for name in sorted(set(truth)):
        print(_row(name, truth.count(name), *figures(truth, found, name)))
    print(
        "\n| language, disguise | texts | precision | recall | everyday texts hit |"
        "\n|---|---|---|---|---|"
    )
    for language in dict.fromkeys(one.language for one in examples):
        of = [n for n, one in enumerate(examples) if one.language == language]
        parts = [truth[n] for n in of], [found[n] for n in of]
        print(_row(language, len(of), *overall(*parts)))
    print(_row("all", len(examples), *overall(truth, found)))
    for name, attack in ATTACKS.items():
        hidden = labels(attacked(examples, attack))
        print(_row(f"all, {name}", len(examples), *overall(truth, hidden)))


def main() -> None:
    """Print the tables."""
    report("Prompts written out", holdout(HOLDOUT))
    report("Wordings of the worlds", world_prompts())


if __name__ == "__main__":
    main()
