"""How a value as it lies in a file becomes a value of the declared type.

The one place that decides it, for both engines. A value that is there but cannot be
read becomes null and is reported as bad. Blank text (for types other than text) and NaN
are not there.
"""

from dataclasses import dataclass

from extraction_watch.inputs.dialects import Dialect

INTEGER = r"[+-]?[0-9]{1,19}(\.0*)?"
NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?"
OFFSET = r"Z| UTC| ?[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?"
TIME = rf"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{{1,9}})?({OFFSET})?)?"
TIMESTAMP = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ]{TIME})?"
LARGEST_EXACT_INTEGER = 2**53
"""Largest integer up to which a double holds every integer."""
FIRST_TIME, LAST_TIME = "0001-01-01", "9999-12-31 23:59:59.999999"
NOT_THERE = "('', 'nan', '\"nan\"')"


@dataclass(frozen=True)
class Reading:
    """SQL of a declared column: its `value`, the `text` to show where it is bad, and
    `is_there`: whether the file holds a value at all. Bad: is there, but value is null.
    `is_there` is None where the value can never be bad.
    """

    value: str
    text: str
    is_there: str | None


def read_as(raw: str, kind: str, declared: str, dialect: Dialect) -> Reading:
    """How the SQL expression `raw` of a kind (see FileColumn) becomes `declared`."""
    if kind == "text":
        return _from_text(raw, declared, dialect)
    if kind == "binary":
        text = dialect.text_from_binary(raw)
        reading = _from_text(text, declared, dialect)
        return Reading(reading.value, text, f"{raw} is not null")
    if kind == "uuid":
        raw, kind = dialect.text_from_uuid(raw), "other"
    text = _as_text(raw, kind, dialect)
    if declared == "varchar":
        return Reading(text, text, None)
    value = _convert(raw, kind, declared, dialect)
    if value == raw and kind != "float":
        return Reading(value, text, None)
    is_there = f"{raw} is not null"
    if kind == "float":
        is_there += f" and not isnan({raw})"
    return Reading(value, text, is_there)


def _as_text(raw: str, kind: str, dialect: Dialect) -> str:
    if kind in ("nested", "list", "text_list"):
        return dialect.text_from_nested(raw)
    return f"cast({raw} as {dialect.type_name('varchar')})"


def _from_text(raw: str, declared: str, dialect: Dialect) -> Reading:
    if declared == "varchar":
        return Reading(raw, raw, None)
    text = f"trim({raw})"
    return Reading(
        value=_TEXT_READERS[declared](text, dialect),
        text=raw,
        is_there=f"lower({text}) not in {NOT_THERE}",
    )


def _bigint_from_text(text: str, dialect: Dialect) -> str:
    whole = dialect.try_cast(f"split_part({text}, '.', 1)", "bigint")
    number = dialect.try_cast(text, "double")
    is_exact = (
        f"abs({number}) <= {LARGEST_EXACT_INTEGER} and {number} = round({number})"
    )
    return (
        f"case when {dialect.matches(text, INTEGER)} then {whole} "
        f"when {dialect.matches(text, NUMBER)} then "
        f"case when {is_exact} then {dialect.try_cast(number, 'bigint')} end end"
    )


def _double_from_text(text: str, dialect: Dialect) -> str:
    number = dialect.try_cast(text, "double")
    is_finite = f"not ({dialect.is_not_finite(number)})"
    is_number = dialect.matches(text, NUMBER)
    return f"case when {is_number} then case when {is_finite} then {number} end end"


def _boolean_from_text(text: str, dialect: Dialect) -> str:
    return (
        f"case when lower({text}) in ('true', '1') then true "
        f"when lower({text}) in ('false', '0') then false end"
    )


def _timestamp_from_text(text: str, dialect: Dialect) -> str:
    without_space = f"replace(replace({text}, ' +', '+'), ' -', '-')"
    timestamp = dialect.timestamp_from_text(without_space)
    known = _of_four_digits(timestamp, dialect)
    return f"case when {dialect.matches(text, TIMESTAMP)} then {known} end"


def _of_four_digits(timestamp: str, dialect: Dialect) -> str:
    """A timestamp of the years 1 to 9999; null for others, which few programs know."""
    kind = dialect.type_name("timestamp")
    first, last = (
        f"cast({dialect.literal(text)} as {kind})" for text in (FIRST_TIME, LAST_TIME)
    )
    return f"case when {timestamp} between {first} and {last} then {timestamp} end"


def _list_from_text(text: str, dialect: Dialect) -> str:
    return dialect.list_from_json(text)


_TEXT_READERS = {
    "bigint": _bigint_from_text,
    "double": _double_from_text,
    "boolean": _boolean_from_text,
    "timestamp": _timestamp_from_text,
    "varchar[]": _list_from_text,
}


def _convert(raw: str, kind: str, declared: str, dialect: Dialect) -> str:
    """The value, or a null of the declared type where the kind cannot be read as it."""
    never = f"cast(null as {dialect.type_name(declared)})"
    cast = dialect.try_cast(raw, declared)
    is_number = kind in ("integer", "float", "decimal")
    if declared == "bigint" and kind in ("integer", "boolean"):
        return cast
    if declared == "bigint" and is_number:
        return f"case when {raw} = round({raw}) then {cast} end"
    if declared == "double" and kind == "float":
        return f"case when not ({dialect.is_not_finite(raw)}) then {cast} end"
    if declared == "double" and is_number:
        return cast
    if declared == "boolean" and kind == "boolean":
        return raw
    if declared == "boolean" and is_number:
        return f"case when {raw} = 1 then true when {raw} = 0 then false end"
    if declared == "timestamp" and kind == "timestamp_with_zone":
        return _of_four_digits(dialect.timestamp_from_zoned(raw), dialect)
    if declared == "timestamp" and kind in ("timestamp", "date"):
        return _of_four_digits(cast, dialect)
    if declared == "varchar[]" and kind == "text_list":
        return raw
    if declared == "varchar[]" and kind == "list":
        return cast
    return never
