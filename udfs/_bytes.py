"""Words of many texts at once, hashed over their bytes."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def buffers(part: pa.Array) -> tuple[Bytes, Longs, Longs]:
    """Bytes of a large_binary array with the start and end of each document."""
    if isinstance(part, pa.ChunkedArray):
        part = part.combine_chunks()
    _, offsets, data = part.buffers()
    bounds = np.frombuffer(offsets, np.int64)[part.offset : part.offset + len(part) + 1]
    if data is None:
        return np.empty(0, np.uint8), bounds[:0], bounds[:0]
    values = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]
    bounds = bounds - bounds[0]
    return values, bounds[:-1], bounds[1:]


def mix(values: Hashes) -> Hashes:
    """Finalizer of splitmix64 (Steele, Lea and Flood, 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


_INVERSE = np.uint64(pow(int(_MULTIPLIER), -1, 1 << 64))


@lru_cache(maxsize=4)
def _powers(bits: int) -> tuple[Hashes, Hashes]:
    """The first 2^bits powers of the multiplier, and their inverses."""
    tables = []
    for base in (_MULTIPLIER, _INVERSE):
        table = np.full(1 << bits, base)
        table[0] = 1
        tables.append(np.multiply.accumulate(table))
    return tables[0], tables[1]


class Runs:
    """Hash of any run of bytes, from sums over the bytes that count.

    Two runs whose counting bytes are the same have the same hash, wherever they stand.
    """

    def __init__(self, data: Bytes, counts: Flags) -> None:
        place = np.cumsum(counts)
        # of a power of two, so that most batches find their table ready
        powers, self._inverses = _powers(len(data).bit_length())
        self._place = place
        weighted = data.astype(np.uint64)
        weighted += np.uint64(1)
        weighted *= counts
        weighted *= powers[place]
        self._sums = np.zeros(len(data) + 1, np.uint64)
        np.cumsum(weighted, out=self._sums[1:])

    def hashes(self, begin: Longs, end: Longs) -> Hashes:
        """Hash of each run from `begin` to before `end`; `begin` counts itself."""
        total = self._sums[end] - self._sums[begin]
        return mix(total * self._inverses[self._place[begin]])
