"""Counter-based randomness: values that depend on their keys only, never on order."""

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Unsigned = NDArray[np.uint64]
Integers = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.floating[Any]]
Booleans = NDArray[np.bool_]
Strings: TypeAlias = pa.StringArray

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_HEX_PAIRS = np.frombuffer(
    "".join(f"{value:02x}" for value in range(256)).encode(), dtype="S2"
)


def mix(keys: Unsigned) -> Unsigned:
    """Scramble each 64-bit key, one to one (the finalizer of SplitMix64).

    >>> len(set(mix(np.arange(1000, dtype=np.uint64)).tolist()))
    1000
    """
    with np.errstate(over="ignore"):
        state = keys + GOLDEN
        state = (state ^ (state >> np.uint64(30))) * _FIRST
        state = (state ^ (state >> np.uint64(27))) * _SECOND
        scrambled: Unsigned = state ^ (state >> np.uint64(31))
    return scrambled


def keyed(*parts: Unsigned | Integers | int) -> Unsigned:
    """Hash several key columns (or constants), broadcast, into one."""
    state: Unsigned = np.zeros(1, dtype=np.uint64)
    for part in parts:
        state = mix(state ^ np.asarray(part).astype(np.uint64))
    return state


def unit(keys: Unsigned) -> Floats:
    """Turn hashes into numbers of [0, 1)."""
    fractions: Floats = (keys >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return fractions


def below(keys: Unsigned, limits: Integers | int) -> Integers:
    """Turn hashes into integers of [0, limits); limits of 0 give 0."""
    ceilings = np.maximum(np.asarray(limits), 1).astype(np.uint64)
    picked: Integers = (keys % ceilings).astype(np.int64)
    return picked


def hex_strings(keys: Unsigned, prefix: str = "", digits: int = 16) -> Strings:
    """Write each key as its first `digits` (even, at most 16) hexadecimal digits."""
    count = len(keys)
    octets = keys.astype(">u8").view(np.uint8).reshape(count, 8)[:, : digits // 2]
    text = _HEX_PAIRS[octets].view(np.uint8).reshape(count, digits)
    head = np.frombuffer(prefix.encode(), dtype=np.uint8)
    body = np.ascontiguousarray(
        np.hstack([np.broadcast_to(head, (count, len(head))), text])
    )
    width = len(head) + digits
    ends = np.arange(count + 1, dtype=np.int64) * width
    if count * width >= 2**31:
        message = f"{count} ids of {width} characters exceed one Arrow string array"
        raise ValueError(message)
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(body)
    )
