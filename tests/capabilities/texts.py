"""Prompts of every capability, composed from building blocks."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tests.worlds.skeletons import spin
from tests.worlds.text import contents
from tests.worlds.vocabulary import LANGUAGES, REGISTERS, TOPIC_NAMES

CORPUS = Path(__file__).with_name("corpus.toml")
CONTENTS = 4000
"""Contents that instructions stand around, per language."""
# Registers of what is asked about, and how often: prose mostly.
_REGISTERS = {"question": 4, "passage": 4, "instruction": 3, "code": 1, "data": 1}
# Contents that some capabilities are asked about more often than others.
_OWN_REGISTER = {"coding": "code", "data_analysis": "data"}


@dataclass(frozen=True)
class Block:
    """A sentence that says what is asked for; `number` is the same for all wordings."""

    number: int
    capability: str
    language: str
    wording: str


@dataclass(frozen=True)
class Example:
    """A prompt, what it asks for, and the block that says so."""

    text: str
    capability: str
    language: str
    block: int


class Corpus:
    """Blocks, and what stands around them."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        data = tomllib.loads(CORPUS.read_text(encoding="utf-8"))
        self._around: dict[str, dict[str, list[str]]] = data.pop("around")
        self._more: dict[tuple[str, str], list[str]] = {}
        self.blocks: list[Block] = []
        for capability, languages in data.items():
            for language, lines in languages.items():
                self._more[capability, language] = lines["more"]
                for wording in lines["ask"]:
                    self.blocks.append(
                        Block(len(self.blocks), capability, language, wording)
                    )
        self._contents = {
            (language, register): self._write_contents(seed, language, register)
            for language in LANGUAGES
            for register in _REGISTERS
        }

    def _write_contents(self, seed: int, language: str, register: str) -> list[str]:
        rng, count = self._rng, CONTENTS // len(_REGISTERS)
        texts: list[str] = contents(
            seed,
            rng.integers(1, 1 << 62, count).astype(np.uint64),
            np.full(count, LANGUAGES.index(language)),
            rng.integers(0, len(TOPIC_NAMES), count),
            np.full(count, REGISTERS.index(register)),
            rng.integers(1, 7, count),
        ).to_pylist()
        return texts

    @property
    def capabilities(self) -> list[str]:
        """All of them, in alphabetical order."""
        return sorted({block.capability for block in self.blocks})

    def examples(self, per_block: int) -> Iterator[Example]:
        """`per_block` prompts of each block."""
        for block in self.blocks:
            for _ in range(per_block):
                text = self._compose(block)
                yield Example(text, block.capability, block.language, block.number)

    def _pick(self, options: list[str]) -> str:
        return spin(options[self._rng.integers(len(options))], self._rng)

    def _compose(self, block: Block) -> str:
        """The block with what else may stand in such a prompt, in some order."""
        rng, around = self._rng, self._around[block.language]
        pieces = [spin(block.wording, rng)]
        more = self._more[block.capability, block.language]
        pieces += [self._pick(more) for _ in range(rng.integers(0, 3))]
        if rng.random() < 0.2:
            rng.shuffle(pieces)
        instruction = ("\n" if rng.random() < 0.3 else " ").join(pieces)
        instruction = " ".join(
            part
            for part in (
                self._pick(around["before"]),
                instruction,
                self._pick(around["after"]),
            )
            if part
        )
        if rng.random() < 0.35:
            return instruction
        label = self._pick(around["labels"])
        body = self._content(block)
        asked = f"{label} {body}".strip()
        parts = [instruction, asked] if rng.random() < 0.7 else [asked, instruction]
        return ("\n\n" if rng.random() < 0.6 else "\n").join(parts)

    def _content(self, block: Block) -> str:
        """What is asked about, in the block's language or, at times, in English."""
        rng = self._rng
        register = _OWN_REGISTER.get(block.capability)
        if register is None or rng.random() < 0.4:
            weights = np.array(list(_REGISTERS.values()))
            register = str(rng.choice(list(_REGISTERS), p=weights / weights.sum()))
        language = block.language if rng.random() < 0.8 else "en"
        return self.content(language, register)

    def content(self, language: str, register: str) -> str:
        """Up to three texts of a register."""
        listed = self._contents[language, register]
        places = self._rng.integers(0, len(listed), self._rng.integers(1, 4))
        return "\n".join(listed[place] for place in places)


def to_array(examples: list[Example]) -> pa.Array:
    """Their texts."""
    return pa.array([example.text for example in examples], pa.string())


def holdout(path: Path) -> list[Example]:
    """Prompts written out in a file: capability, language, list of texts."""
    data: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    found: list[Example] = []
    for capability, languages in data.items():
        for language, texts in languages.items():
            found += [
                Example(text, capability, language, number)
                for number, text in enumerate(texts, len(found))
            ]
    return found
