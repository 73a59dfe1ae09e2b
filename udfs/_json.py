"""What the functions that read JSON share: reading a text, its values and structs."""

import json
import math
import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

Json = Any
"""None, bool, int, float, str, a list of these or a dict from str to these."""

SMALLEST, LARGEST = -(2**63), 2**63 - 1

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def read_json(text: str) -> Json:
    """The value of a JSON text. Half surrogate pairs become U+FFFD.

    Raises ValueError for a text that is no JSON, nested too deep or holds a number of
    thousands of digits.
    """
    if "\\ud" in text or "\\uD" in text:
        text = _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def read_object(text: str | None) -> dict[str, Json]:
    """The object of a JSON text; empty for a text that is none or for null."""
    try:
        value = read_json(text) if text else None
        # Exports of JSON columns may hold the text of the text.
        value = read_json(value) if isinstance(value, str) else value
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def at(value: Json, *path: str | int) -> Json:
    """What lies at a path of keys and positions; None where nothing does."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def first(values: Iterable[Json]) -> Json:
    """The first value that is not None."""
    return next((value for value in values if value is not None), None)


def as_text(value: Json) -> str | None:
    """A string as it is, a number or boolean as JSON writes it; None for others."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return json.dumps(value)
    return None


def as_whole(value: Json) -> int | None:
    """A whole number of 64 bits, also from its digits; None for others."""
    number = as_real(value)
    if number is None or number != math.floor(number):
        return None
    whole = int(value) if isinstance(value, int) else int(number)
    return whole if SMALLEST <= whole <= LARGEST else None


def as_real(value: Json) -> float | None:
    """A finite number, also from its digits; None for others."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_truth(value: Json) -> bool | None:
    """A boolean, also from its name; None for others."""
    names = {"true": True, "false": False}
    if isinstance(value, str):
        return names.get(value.lower())
    return value if isinstance(value, bool) else None


def structs(rows: list[tuple[Json, ...]], kind: pa.StructType) -> pa.StructArray:
    """Rows of values, in the order of the fields of `kind`, as one struct array."""
    fields = list(kind)
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    arrays = [
        pa.array(column, field.type)
        for column, field in zip(columns, fields, strict=True)
    ]
    return pa.StructArray.from_arrays(arrays, fields=fields)
