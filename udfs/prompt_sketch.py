"""Sketch of a prompt: hashed word trigrams from which skeletons are recognised."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from udfs._bytes import MULTIPLIER, Bytes, Hashes, Longs, buffers, compiled, mix

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

Integers = npt.NDArray[np.int32]


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


@compiled
def _shingles(data: Bytes, begin: int, end: int, shingles: Hashes) -> int:
    """Hash of each run of three words between two places; returns how many.

    A run of digits counts as one digit, so that numbers fill a slot of any width.
    """
    words = 0
    one = two = word = power = np.uint64(0)
    before = kind_before = third_before = _SEPARATOR
    for place in range(begin, end + 1):
        kind = _SEPARATOR if place == end else _KIND[data[place]]
        byte = 0 if place == end else _FOLD[data[place]]
        # a character of several bytes that is a word of its own ends at an ASCII one
        third_before = _KIND[data[place - 3]] if place >= begin + 3 else _SEPARATOR
        starts = kind == _WIDE or (
            kind == _LETTER
            and (
                kind_before == _SEPARATOR
                or (third_before == _WIDE and data[place] < 128)
            )
        )
        if (starts or kind == _SEPARATOR) and power != 0:
            hashed = mix(word)
            words += 1
            if words >= SHINGLE_WORDS:
                shingles[words - SHINGLE_WORDS] = mix(
                    one + two * np.uint64(3) + hashed * np.uint64(5)
                )
            one, two = two, hashed
            word = power = np.uint64(0)
        if starts:
            power = np.uint64(1)
        if kind != _SEPARATOR and not (byte == 48 and before == 48):
            word += (np.uint64(byte) + np.uint64(1)) * power
            power *= MULTIPLIER
        kind_before, before = kind, byte
    return max(words - SHINGLE_WORDS + 1, 0)


@compiled
def _sketches(data: Bytes, bounds: Longs) -> tuple[Integers, Integers]:
    """Sorted distinct hashes of all texts, and the bounds of each text's own."""
    count = len(bounds) - 1
    ends = np.zeros(count + 1, np.int32)
    found = np.empty(64 * count + HEAD_BYTES, np.int32)
    shingles = np.empty(HEAD_BYTES + 1, np.uint64)
    kept = np.empty(HEAD_BYTES + TAIL_BYTES, np.int32)
    total = 0
    for text in range(count):
        begin, end = bounds[text], bounds[text + 1]
        is_long = end - begin > HEAD_BYTES
        head_end = begin + HEAD_BYTES if is_long else end
        size = 0
        shingle_count = _shingles(data, begin, head_end, shingles)
        for rank in range(shingle_count):
            shingle = shingles[rank]
            if (
                rank < HEAD_SHINGLES
                or (not is_long and rank >= shingle_count - TAIL_SHINGLES)
                or (shingle >> np.uint64(40)) % np.uint64(MIDDLE_SAMPLE) == 0
            ):
                kept[size] = np.int32(np.uint32(shingle & np.uint64(0xFFFFFFFF)))
                size += 1
        if is_long:
            shingle_count = _shingles(data, end - TAIL_BYTES, end, shingles)
            for rank in range(max(shingle_count - TAIL_SHINGLES, 0), shingle_count):
                shingle = shingles[rank]
                kept[size] = np.int32(np.uint32(shingle & np.uint64(0xFFFFFFFF)))
                size += 1
        own = np.sort(kept[:size])
        if total + size > len(found):
            larger = np.empty(2 * len(found), np.int32)
            larger[:total] = found[:total]
            found = larger
        for place in range(size):
            if place == 0 or own[place] != own[place - 1]:
                found[total] = own[place]
                total += 1
        ends[text + 1] = total
    return found[:total], ends


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
    hashes, ends = _sketches(*buffers(text))
    mask = pc.is_null(text)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(hashes), mask=mask)
