"""Bytes of many texts at once, for functions that read them in compiled loops."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

Function = TypeVar("Function", bound=Callable[..., object])

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""Base of the polynomial by which a word is hashed, byte for byte."""


def compiled(function: Function) -> Function:
    """Compile a loop over bytes; it runs without the interpreter's lock.

    What was compiled is kept beside the file or in the user's cache; where neither can
    be written, each process compiles for itself, which takes some seconds.
    """
    try:
        return cast(Function, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:
        return cast(Function, numba.njit(nogil=True)(function))


def buffers(texts: pa.Array) -> tuple[Bytes, Longs]:
    """Bytes of a string array, and the n + 1 bounds of its texts; a null is empty."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    texts = texts.cast(pa.large_string())
    _, offsets, data = texts.buffers()
    if data is None:
        return np.empty(0, np.uint8), np.zeros(len(texts) + 1, np.int64)
    first = texts.offset
    bounds = np.frombuffer(offsets, np.int64)[first : first + len(texts) + 1]
    return np.frombuffer(data, np.uint8), bounds


@compiled
def mix(value: np.uint64) -> np.uint64:
    """Finalizer of splitmix64 (Steele, Lea and Flood, 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
