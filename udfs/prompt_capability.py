"""What kind of capability a prompt asks for."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from udfs._bytes import Bytes, Hashes, Longs, Runs, buffers
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


def _words(data: Bytes, ends: Longs) -> tuple[Hashes, Longs]:
    """Hash of every word's stem, mark and CJK character, and the text of each.

    A run of digits counts as one digit, a run of one mark as one mark.
    """
    kind = _KIND[data]
    before = np.zeros(len(data), np.uint8)
    before[1:] = kind[:-1]
    repeated = np.zeros(len(data), bool)
    repeated[1:] = data[1:] == data[:-1]
    after_wide = np.zeros(len(data), bool)
    after_wide[3:] = kind[:-3] == _WIDE
    letter = kind == _LETTER
    begin = letter & ((before != _LETTER) & (before != _WIDE) | after_wide)
    begin |= (kind == _MARK) & ~repeated
    begin |= kind == _WIDE
    positions = np.flatnonzero(begin)
    if not len(positions):
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    document = np.searchsorted(ends, positions, side="right").astype(np.int64)
    stop = np.minimum(np.append(positions[1:], len(data)), ends[document])
    first = data[positions]
    letters = np.where(first >= 0xC2, 2 * STEM_LETTERS, STEM_LETTERS)
    digit = (data >= 48) & (data < 58)
    skip = np.zeros(len(data), bool)
    skip[1:] = digit[1:] & digit[:-1]
    length = np.where(kind[positions] == _MARK, 1, letters)
    stop = np.minimum(stop, positions + length)
    return Runs(np.where(digit, 48, data), (kind != _SEPARATOR) & ~skip).hashes(
        positions, stop
    ), document


def features(texts: pa.Array) -> tuple[Keys, Longs]:
    """What weights are looked up for: words, and pairs of neighbours.

    Returns the 32-bit hash of each feature and the text that it is of, unordered, some
    of them repeatedly.
    """
    binary = plain_text(_ends_of(texts)).cast(pa.large_string()).cast(pa.large_binary())
    is_long = pc.greater(pc.binary_length(binary), HEAD_BYTES + TAIL_BYTES)
    head = pc.if_else(is_long, pc.binary_slice(binary, 0, HEAD_BYTES), binary)
    tail = pc.if_else(is_long, pc.binary_slice(binary, -TAIL_BYTES), b"")
    # a blank line before each part, so that no word runs over from the one before
    separator = pa.scalar(b"\n", pa.large_binary())
    parts = pc.binary_join_element_wise(
        separator, head, tail, pa.scalar(b"", pa.large_binary())
    )
    data, _, ends = buffers(pc.fill_null(parts, b""))
    words, document = _words(data, ends)
    return _with_pairs(words, document)


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


def _with_pairs(words: Hashes, document: Longs) -> tuple[Keys, Longs]:
    """Hashes of the words and of each two in a row."""
    same = document[:-1] == document[1:]
    pairs = words[:-1] + words[1:] * np.uint64(3)
    found = np.concatenate([words, pairs[same]]) >> np.uint64(32)
    return found.astype(np.uint32), np.concatenate([document, document[1:][same]])


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

    def known(self, found: Keys, document: Longs) -> tuple[Longs, Longs]:
        """Row of each known feature and its text, by text, each of them once."""
        row = self._rows[slots(found)]
        kept = np.flatnonzero(row >= 0)
        rows = row[kept].astype(np.int64)
        same = self.hashes[rows] == found[kept]
        pairs = document[kept][same] * len(self.hashes) + rows[same]
        pairs.sort()  # np.unique hashes, which takes ten times as long here
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]
        return pairs % len(self.hashes), pairs // len(self.hashes)

    def probabilities(self, texts: pa.Array) -> Doubles:
        """Probability of each class, shape (n, classes)."""
        count = len(texts)
        rows, document = self.known(*features(texts))
        # whole numbers: their sum is the same in any order
        sums = np.zeros((len(rows) + 1, len(self.classes)), np.int64)
        np.cumsum(self.weights[rows], axis=0, out=sums[1:])
        ends = np.cumsum(np.bincount(document, minlength=count))
        totals = sums[ends] - sums[np.append(0, ends)[:-1]]
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
