"""Sketch of a prompt: hashed word trigrams from which skeletons are recognised."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from udfs._bytes import Bytes, Hashes, Longs, Runs, buffers, mix

HEAD_BYTES = 2048
"""Bytes read from the beginning of a prompt; what follows is content, not skeleton."""
TAIL_BYTES = 384
"""Bytes read from the end of a prompt that is longer than `HEAD_BYTES`."""
HEAD_SHINGLES = 24
"""Shingles kept from the beginning, all of them."""
TAIL_SHINGLES = 8
"""Shingles kept from the end, all of them."""
MIDDLE_SAMPLE = 8
"""Of the shingles between, one in this many is kept, chosen by its own hash."""
SHINGLE_WORDS = 3

_SEPARATOR, _LETTER, _WIDE = 0, 1, 2


def _byte_classes() -> tuple[Bytes, Bytes]:
    """Class and folded value of each byte: case folded, every digit the same."""
    kind = np.zeros(256, np.uint8)
    fold = np.arange(256, dtype=np.uint8)
    for ranges in ((48, 58), (65, 91), (97, 123), (128, 256)):
        kind[slice(*ranges)] = _LETTER
    kind[0xE3:0xF0] = _WIDE  # first bytes of CJK and Hangul: a character is a word
    fold[65:91] += 32
    fold[48:58] = 48
    return kind, fold


_KIND, _FOLD = _byte_classes()


def _words(data: Bytes, starts: Longs, ends: Longs) -> tuple[Hashes, Longs]:
    """Hash of every word of every document, and the document each belongs to.

    A run of digits counts as one digit, so that numbers fill a slot of any width.
    """
    kind, folded = _KIND[data], _FOLD[data]
    first = np.zeros(len(data) + 1, bool)
    first[starts] = True
    inside = kind != _SEPARATOR
    digit = folded == 48
    skip = np.zeros(len(data), bool)
    skip[1:] = digit[1:] & digit[:-1] & ~first[1:-1]
    before = np.empty(len(data), bool)
    before[0] = False
    before[1:] = inside[:-1]
    begin = inside & (~before | first[:-1] | (kind == _WIDE))
    # a multi-byte sequence that starts a wide character ends where the next begins
    wide_end = np.zeros(len(data), bool)
    wide_end[3:] = (kind[:-3] == _WIDE) & (data[3:] < 128) & inside[3:]
    begin |= wide_end
    positions = np.flatnonzero(begin)
    if not len(positions):
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    document = np.searchsorted(ends, positions, side="right").astype(np.int64)
    stop = np.minimum(np.append(positions[1:], len(data)), ends[document])
    runs = Runs(folded, inside & ~skip)
    return runs.hashes(positions, stop), document


def _shingles(words: Hashes, document: Longs) -> tuple[Hashes, Longs]:
    """Hash of each run of three words within one document."""
    if len(words) < SHINGLE_WORDS:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    run = words[:-2] + words[1:-1] * np.uint64(3) + words[2:] * np.uint64(5)
    same = document[:-2] == document[2:]
    return mix(run)[same], document[:-2][same]


def _rank(document: Longs, count: int) -> tuple[Longs, Longs]:
    """Position of each element within its document, from the front and the back."""
    sizes = np.bincount(document, minlength=count)
    ends = np.cumsum(sizes)
    index = np.arange(len(document))
    return index - (ends - sizes)[document], ends[document] - 1 - index


def prompt_sketch(text: pa.Array) -> pa.Array:
    """Hashed word trigrams of the opening, the end and a sample of the middle.

    Two prompts of one skeleton share the trigrams of the skeleton whatever fills its
    slots and wherever its parts stand; which of the trigrams are skeleton is decided
    later, by how many prompts share them. Words are runs of letters and digits
    without case, all numbers are one word, a CJK character is a word. The sample of
    the middle is by hash, hence the same in every prompt (FracMinHash; Irber et al.
    2022).

    Args:
        text: string array, shape (n,).

    Returns:
        list<int32> array, shape (n,): distinct hashes in ascending order, at most
        `HEAD_SHINGLES + TAIL_SHINGLES` and the sample; empty for a text of fewer than
        three words, null for a null text.

    Example:
        >>> one, two = prompt_sketch(pa.array(["Sum 1 and 2 now", "sum 14 AND 27 now"]))
        >>> one == two
        True
    """
    count = len(text)
    binary = text.cast(pa.large_string()).cast(pa.large_binary())
    long_ones = pc.greater(pc.binary_length(binary), HEAD_BYTES)
    heads = pc.binary_slice(binary, 0, HEAD_BYTES)
    tails = pc.if_else(long_ones, pc.binary_slice(binary, -TAIL_BYTES), None)
    hashes, owners = [], []
    for part, is_tail in ((heads, False), (tails, True)):
        data, starts, ends = buffers(part)
        if not len(data):
            continue
        shingle, document = _shingles(*_words(data, starts, ends))
        front, back = _rank(document, count)
        if is_tail:
            keep = back < TAIL_SHINGLES
        else:
            sampled = (shingle >> np.uint64(40)) % np.uint64(MIDDLE_SAMPLE) == 0
            complete = ~np.asarray(pc.fill_null(long_ones, False))[document]
            keep = (front < HEAD_SHINGLES) | sampled
            keep |= complete & (back < TAIL_SHINGLES)
        hashes.append(shingle[keep].astype(np.uint32).astype(np.int32))
        owners.append(document[keep])
    return _lists(hashes, owners, text.is_valid())


def _lists(
    hashes: list[npt.NDArray[np.int32]], owners: list[Longs], valid: pa.Array
) -> pa.Array:
    """Distinct sorted hashes of each document as a list array."""
    count = len(valid)
    if not hashes:
        flat, owner = np.empty(0, np.int32), np.empty(0, np.int64)
    else:
        flat, owner = np.concatenate(hashes), np.concatenate(owners)
        order = np.lexsort((flat, owner))
        flat, owner = flat[order], owner[order]
        fresh = np.ones(len(flat), bool)
        fresh[1:] = (flat[1:] != flat[:-1]) | (owner[1:] != owner[:-1])
        flat, owner = flat[fresh], owner[fresh]
    offsets = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(owner, minlength=count), out=offsets[1:])
    mask = pc.invert(valid)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat), mask=mask)
