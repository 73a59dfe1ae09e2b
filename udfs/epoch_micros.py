"""Times as logs write them, as microseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from udfs._json import Json, as_real

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?.*)?", re.ASCII)
_WHOLE = re.compile(r"\d{1,19}", re.ASCII)
_UNITS = (
    (10**11, 10**6),  # seconds until the year 5138
    (10**14, 10**3),  # milliseconds
    (10**17, 1),
)


def micros_of(value: Json) -> int | None:
    """Microseconds since 1970 of one time (see `epoch_micros`); None for no time."""
    if isinstance(value, str):
        value = value.strip()
        if _ISO.fullmatch(value):
            return _from_iso(value.removesuffix("UTC").rstrip())
        if _WHOLE.fullmatch(value):
            value = int(value)
    number = value if isinstance(value, int) else as_real(value)
    if number is None or isinstance(number, bool) or not 0 < number < 2**63:
        return None
    for limit, micros in _UNITS:
        if number < limit:
            return round(number * micros)
    return int(number) // 1000


def _from_iso(text: str) -> int | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return (time - _EPOCH) // _MICROSECOND


def epoch_micros(text: pa.Array) -> pa.Array:
    """Microseconds since 1970 of times in ISO 8601 or counted since 1970.

    Counts may be in seconds, milliseconds, microseconds or nanoseconds: their size
    tells. A time without zone is UTC. Zero is no time.

    Args:
        text: string array, shape (n,).

    Returns:
        int64 array, shape (n,); null where the text is null or no time.

    Example:
        >>> epoch_micros(pa.array(["1970-01-01T00:00:01Z", "1700000000.5"])).to_pylist()
        [1000000, 1700000000500000]
    """
    return pa.array([micros_of(one) for one in text.to_pylist()], pa.int64())
