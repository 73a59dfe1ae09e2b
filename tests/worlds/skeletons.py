"""Instructions around contents: many wordings of each capability, drawn from a grammar.

The wordings of `wordings.toml` are alternations, `{a|b {c|d}}`. They serve benign
customers and campaigns alike; which of them somebody uses says nothing about them. A
skeleton is up to four texts around up to three contents.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.worlds.hashing import keyed
from tests.worlds.text import contents
from tests.worlds.vocabulary import LANGUAGES, REGISTERS, TOPIC_NAMES, WORDS

SLOTS_MAX = 3


@dataclass(frozen=True)
class Capability:
    """What a kind of request asks for, in words, and how its answers look."""

    slots: tuple[tuple[str, str], ...]  # label's wording, register of the content
    role: str
    task: str
    details: tuple[str, ...]
    form: str
    sentences: float  # median length of a content
    output_tokens: float  # median
    reasoning_share: float  # of the output, for models that reason
    foreign: dict[str, str]  # wording by language


@dataclass(frozen=True)
class Skeleton:
    """One instruction. `parts` stand around the contents of `registers`."""

    capability: str
    language: str
    parts: tuple[str, ...]
    registers: tuple[str, ...]
    instruction: str = ""  # the same in every layout

    @property
    def tokens(self) -> int:
        """Approximate length of the instruction."""
        return sum(len(part) for part in self.parts) // 4


FREE = Skeleton("plain_instructions", "en", ("", ""), ("question",))


def _capability(entry: dict[str, Any]) -> Capability:
    return Capability(
        slots=tuple((label, register) for label, register in entry["slots"]),
        role=entry["role"],
        task=entry["task"],
        details=tuple(entry["details"]),
        form=entry["form"],
        sentences=entry["sentences"],
        output_tokens=entry["output_tokens"],
        reasoning_share=entry["reasoning_share"],
        foreign=dict(entry.get("foreign", [])),
    )


_DATA = tomllib.loads(
    Path(__file__).with_name("wordings.toml").read_text(encoding="utf-8")
)
CAPABILITIES: dict[str, Capability] = {
    name: _capability(entry) for name, entry in _DATA["capabilities"].items()
}
# What only customers of the API ask for.
TAKEN = (
    "translation",
    "labelling",
    "summarising",
    "structured_output",
    "support_reply",
    "tutoring",
)
# What instructions and system prompts are about.
_FIELDS = (*TOPIC_NAMES, *WORDS["en"]["NOUN"][:20])


def spin(wording: str, rng: np.random.Generator) -> str:
    """Choose one alternative of each `{a|b}`, from the inside out.

    `{field}` is left to the caller; « and » become braces.
    """
    text = wording.replace("{field}", "\x03")
    while (end := text.find("}")) >= 0:
        start = text.rfind("{", 0, end)
        options = text[start + 1 : end].split("|")
        text = text[:start] + options[rng.integers(len(options))] + text[end + 1 :]
    text = re.sub(r"\ban(?= [^aeiou\W])", "a", re.sub(r"\ba(?= [aeiou])", "an", text))
    return text.replace("«", "{").replace("»", "}").replace("\x03", "{field}")


def write_skeleton(
    capability: str, rng: np.random.Generator, language: str = "en"
) -> Skeleton:
    """Draw one wording of a capability; English where the language has none."""
    kind = CAPABILITIES[capability]
    registers = tuple(register for _, register in kind.slots)
    if capability == "plain_instructions":
        return Skeleton(capability, language, ("", ""), registers)
    field = str(rng.choice(_FIELDS))
    if language in kind.foreign:
        instruction = spin(kind.foreign[language], rng)
    else:
        details = rng.permutation(len(kind.details))
        kept = details[: rng.integers(1, len(details) + 1)]
        middle = [spin(kind.details[place], rng) for place in kept]
        pieces = [spin(kind.task, rng), *middle]
        if rng.random() < 0.7:
            pieces.insert(0, spin(kind.role, rng))
        if rng.random() < 0.7:
            pieces.append(spin(kind.form, rng))
        instruction = ("\n" if rng.random() < 0.3 else " ").join(pieces)
    mark = str(rng.choice([":", ":\n", " -", " >", " ="]))
    labels = [spin(label, rng) + mark for label, _ in kind.slots]
    texts = [instruction.replace("{field}", field), *labels]
    return lay_out(texts, registers, capability, language, int(rng.integers(3)))


def lay_out(
    texts: Sequence[str],
    registers: tuple[str, ...],
    capability: str,
    language: str,
    layout: int,
) -> Skeleton:
    """Place an instruction before (0), after (1) or around (2) labelled contents."""
    instruction, *labels = texts
    cut = instruction.find(". ", len(instruction) // 2) + 1
    head, tail = {
        0: (instruction, ""),
        1: ("", instruction),
        2: (instruction[:cut], instruction[cut:].strip()) if cut else (instruction, ""),
    }[layout]
    parts = [f"{head}\n\n{labels[0]} ".lstrip()]
    parts += [f"\n\n{label} " for label in labels[1:]]
    parts.append(f"\n\n{tail}" if tail else "")
    return Skeleton(capability, language, tuple(parts), registers, instruction)


def write_variants(
    capability: str, count: int, rng: np.random.Generator, language: str = "en"
) -> list[Skeleton]:
    """The same wording in `count` layouts: head, tail, both, moved preamble, bare."""
    first = write_skeleton(capability, rng, language)
    if capability == "plain_instructions":
        return [first]
    head = first.parts[0]
    preamble, _, label = head.rstrip().rpartition("\n\n")
    variants = [first]
    for place in range(1, count):
        if not preamble:
            variants.append(write_skeleton(capability, rng, language))
            continue
        moved = (
            (f"{label} ", *first.parts[1:-1], f"{first.parts[-1]}\n\n{preamble}"),
            (f"{preamble}\n", *first.parts[1:]),
            (f"{first.parts[-1].strip()} {preamble}\n{label} ", *first.parts[1:-1], ""),
        )[(place - 1) % 3]
        variants.append(replace(first, parts=moved))
    return variants


def with_examples(
    skeletons: Sequence[Skeleton], seed: int, rng: np.random.Generator
) -> list[Skeleton]:
    """Put the same few worked examples before each instruction."""
    count = int(rng.integers(1, 7))
    language = LANGUAGES.index(skeletons[0].language)
    registers = [REGISTERS.index(name) for name in skeletons[0].registers]
    count_all = count * len(registers)
    texts = contents(
        seed,
        keyed(int(rng.integers(2**62)), np.arange(count_all)),
        np.full(count_all, language),
        np.full(count_all, int(rng.integers(len(TOPIC_NAMES)))),
        np.tile(registers, count),
        rng.integers(1, 7, count_all),
    )
    examples = "\n\n".join(texts.to_pylist())
    return [
        replace(one, parts=(f"{examples}\n\n{one.parts[0]}", *one.parts[1:]))
        for one in skeletons
    ]


def write_wishes(count: int, rng: np.random.Generator) -> list[Skeleton]:
    """Questions with a short wish before or, more often, after them."""
    wishes = []
    for _ in range(count):
        wish = spin(_DATA["wish"], rng)
        is_first = rng.random() < 0.3
        parts = (f"{wish} ", "") if is_first else ("", f" {wish}")
        wishes.append(Skeleton("plain_instructions", "en", parts, ("question",), wish))
    return wishes


def write_system_prompt(rng: np.random.Generator, product: str, length: int) -> str:
    """A system prompt of some `length` sentences for a product of that name."""
    opening, rules = _DATA["system_opening"], _DATA["system_rules"]
    field = str(rng.choice(_FIELDS))
    chosen = [spin(rules[rule], rng) for rule in rng.integers(0, len(rules), length)]
    text = " ".join([spin(opening.replace("{name}", product), rng), *chosen])
    return text.replace("{field}", field)
