"""What kind of capability a prompt asks for."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from udfs._bytes import MULTIPLIER, Bytes, Hashes, Longs, buffers, compiled, mix
from udfs._plain_text import plain_text

Keys = npt.NDArray[np.uint32]
Doubles = npt.NDArray[np.float64]

OTHER = "other"
HEAD_CHARACTERS = 3000
"""Characters read from the beginning, before anything hidden in them is undone."""
TAIL_CHARACTERS = 1000
"""Characters read from the end of a longer text."""
HEAD_BYTES = 700
"""Bytes of the plain text that count from the beginning: instructions stand there."""
TAIL_BYTES = 300
"""Bytes of the plain text that count from the end, where instructions also stand."""
STEM_LETTERS = 5
"""Letters of a word that count: endings change with language and sentence."""

WEIGHTS = Path(__file__).with_suffix(".npz")

_SEPARATOR, _LETTER, _MARK, _WIDE = 0, 1, 2, 3
TABLE_BITS = 18
"""Bits of a feature's hash by which its weights are found."""


def _byte_kinds() -> Bytes:
    """What each byte is: blank, letter, punctuation or the first of a CJK character."""
    kind = np.full(256, _MARK, np.uint8)
    kind[:33] = _SEPARATOR
    kind[10] = _MARK  # the end of a line is a mark as well
    kind[127] = _SEPARATOR
    for ranges in ((48, 58), (97, 123), (128, 256)):
        kind[slice(*ranges)] = _LETTER
    kind[0xE3:0xF0] = _WIDE
    return kind


_KIND = _byte_kinds()


@compiled
def _words(data: Bytes, length: int, words: Hashes) -> int:
    """Hash of each word's stem, mark and CJK character of a text; returns how many.

    A run of digits counts as one digit, a run of one mark as one mark.
    """
    count = 0
    word = power = np.uint64(0)
    left = 0
    before = kind_before = _SEPARATOR
    for place in range(length):
        byte = data[place]
        kind = _KIND[byte]
        if kind == _LETTER:
            # a character of several bytes that is a word of its own ends after three
            starts = kind_before in (_SEPARATOR, _MARK)
            starts |= place >= 3 and _KIND[data[place - 3]] == _WIDE
        else:
            starts = kind == _WIDE or (
                kind == _MARK and (place == 0 or byte != data[place - 1])
            )
        if starts:
            if power != 0:
                words[count] = mix(word)
                count += 1
            word, power = np.uint64(0), np.uint64(1)
            left = 1 if kind == _MARK else STEM_LETTERS
            if byte >= 0xC2:
                left = 2 * STEM_LETTERS
        is_digit = 48 <= byte < 58
        if left > 0 and kind != _SEPARATOR and not (is_digit and 48 <= before < 58):
            word += (np.uint64(48 if is_digit else byte) + np.uint64(1)) * power
            power *= MULTIPLIER
        left -= 1
        before, kind_before = byte, kind
    if power != 0:
        words[count] = mix(word)
        count += 1
    return count


@compiled
def _text(data: Bytes, begin: int, end: int, text: Bytes) -> int:
    """What counts of a text, after a mark; returns how many bytes that is."""
    text[0] = 10
    size = 1
    if end - begin > HEAD_BYTES + TAIL_BYTES:
        for place in range(begin, begin + HEAD_BYTES):
            text[size] = data[place]
            size += 1
        begin = end - TAIL_BYTES
    for place in range(begin, end):
        text[size] = data[place]
        size += 1
    return size


@compiled
def _features(data: Bytes, bounds: Longs) -> tuple[Keys, Longs]:
    """Hash of each word and each two in a row, text by text; bounds of each text's."""
    size = HEAD_BYTES + TAIL_BYTES + 1
    text, words = np.empty(size, np.uint8), np.empty(size, np.uint64)
    found = np.empty(2 * (bounds[-1] - bounds[0] + len(bounds)), np.uint32)
    ends = np.zeros(len(bounds), np.int64)
    total = 0
    for row in range(len(bounds) - 1):
        length = _text(data, bounds[row], bounds[row + 1], text)
        count = _words(text, length, words)
        for place in range(count):
            found[total] = words[place] >> np.uint64(32)
            total += 1
            if place:
                pair = words[place - 1] + words[place] * np.uint64(3)
                found[total] = pair >> np.uint64(32)
                total += 1
        ends[row + 1] = total
    return found[:total], ends


@compiled
def _totals(
    found: Keys,
    ends: Longs,
    rows: npt.NDArray[np.int16],
    hashes: Keys,
    weights: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Sum of the weights of each text's known features, each of them once."""
    count, classes = len(ends) - 1, weights.shape[1]
    totals = np.zeros((count, classes), np.int64)
    last_text = np.full(len(hashes), -1, np.int64)
    for text in range(count):
        for place in range(ends[text], ends[text + 1]):
            row = rows[found[place] >> np.uint32(32 - TABLE_BITS)]
            if row >= 0 and hashes[row] == found[place] and last_text[row] != text:
                last_text[row] = text
                for column in range(classes):
                    totals[text, column] += weights[row, column]
    return totals


def features(texts: pa.Array) -> tuple[Keys, Longs]:
    """What weights are looked up for: words, and pairs of neighbours.

    Returns the 32-bit hashes of the features, text by text, some of them repeatedly,
    and the n + 1 bounds of each text's own.
    """
    plain = plain_text(_ends_of(texts))
    return _features(*buffers(plain))


def _ends_of(texts: pa.Array) -> pa.Array:
    """The beginning and the end of each text."""
    is_long = pc.greater(pc.binary_length(texts), HEAD_CHARACTERS + TAIL_CHARACTERS)
    if not pc.any(is_long).as_py():
        return texts
    rows = pc.indices_nonzero(pc.fill_null(is_long, False))
    some = texts.take(rows)
    cut = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(some, 0, HEAD_CHARACTERS),
        pc.utf8_slice_codeunits(some, -TAIL_CHARACTERS),
        "\n",
    )
    return pc.replace_with_mask(texts, pc.fill_null(is_long, False), cut)


@dataclass(frozen=True)
class Model:
    """Weights of known features, one column per class; whole numbers of `unit`."""

    classes: list[str]
    hashes: Keys
    weights: npt.NDArray[np.int64]
    bias: Doubles
    unit: float
    probability_min: float

    @classmethod
    def read(cls, path: Path) -> "Model":
        """Read the weights that `python -m tests.capabilities.train` wrote."""
        with np.load(path) as stored:
            return cls(
                classes=stored["classes"].tolist(),
                hashes=stored["hashes"],
                weights=stored["weights"].astype(np.int64),
                bias=stored["bias"],
                unit=float(stored["unit"]),
                probability_min=float(stored["probability_min"]),
            )

    @cached_property
    def _rows(self) -> npt.NDArray[np.int16]:
        """Row of each known feature by the first bits of its hash, else -1."""
        table = np.full(1 << TABLE_BITS, -1, np.int16)
        table[slots(self.hashes)] = np.arange(len(self.hashes), dtype=np.int16)
        return table

    def probabilities(self, texts: pa.Array) -> Doubles:
        """Probability of each class, shape (n, classes)."""
        # whole numbers: their sum is the same in any order
        totals = _totals(*features(texts), self._rows, self.hashes, self.weights)
        scores = totals * self.unit + self.bias
        shares: Doubles = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return shares


@lru_cache(maxsize=1)
def _model() -> Model:
    return Model.read(WEIGHTS)


def slots(hashes: Keys) -> Longs:
    """Place of each feature in the table; of those that share one, one is kept."""
    return (hashes >> np.uint32(32 - TABLE_BITS)).astype(np.int64)


def prompt_capability(prompts: pa.Array) -> pa.Array:
    """Capability that each prompt asks for.

    A linear model over hashed words, pairs of words and punctuation, read in the
    beginning and the end of the plain form of the prompt. Its weights lie beside this
    file; docs/capabilities.md says how they came about and how good they are.

    Args:
        prompts: string array, shape (n,).

    Returns:
        string array, shape (n,): one of the capabilities, or `other` when none is
        likely enough; null for a null prompt.

    Example:
        >>> ask = "Grade the response by this rubric and return a score from 1 to 10."
        >>> prompt_capability(pa.array([ask]))[0]
        <pyarrow.StringScalar: 'answer_grading'>
    """
    coded = pc.dictionary_encode(prompts)
    distinct = coded.dictionary
    if not len(distinct):
        return pa.nulls(len(prompts), pa.string())
    model = _model()
    probabilities = model.probabilities(distinct)
    best = probabilities.argmax(axis=1)
    unsure = probabilities.max(axis=1) < model.probability_min
    best[unsure] = model.classes.index(OTHER)
    return pa.array(model.classes, pa.string()).take(pa.array(best).take(coded.indices))
