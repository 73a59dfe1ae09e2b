"""How the two engines write the few expressions that reading files needs."""

from typing import Protocol


class Dialect(Protocol):
    """SQL of one engine. Arguments and results are SQL expressions unless named text."""

    def name(self, text: str) -> str:
        """A quoted identifier."""

    def literal(self, text: str) -> str:
        """A quoted string."""

    def type_name(self, data_type: str) -> str:
        """The engine's name of a declared data type."""

    def matches(self, value: str, pattern: str) -> str:
        """Whether the whole of a text matches a regular expression (text)."""

    def try_cast(self, value: str, data_type: str) -> str:
        """Cast to a declared data type (text); null where it fails."""

    def timestamp_from_text(self, value: str) -> str:
        """UTC timestamp of an ISO 8601 text, with or without an offset; or null."""

    def timestamp_from_zoned(self, value: str) -> str:
        """UTC timestamp of a timestamp with zone."""

    def list_from_json(self, value: str) -> str:
        """List of texts from the text of a JSON array; null where it is none."""

    def text_from_nested(self, value: str) -> str:
        """JSON text of a struct, list or map."""

    def text_from_binary(self, value: str) -> str:
        """Text of UTF-8 bytes."""

    def before_point(self, value: str) -> str:
        """What stands before the first decimal point of a text."""

    def is_not_finite(self, value: str) -> str:
        """Whether a double is infinite or not a number."""


class DuckDbDialect:
    """DuckDB 2. The session time zone must be UTC."""

    def name(self, text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    def literal(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    def type_name(self, data_type: str) -> str:
        return data_type

    def matches(self, value: str, pattern: str) -> str:
        return f"regexp_full_match({value}, {self.literal(pattern)})"

    def try_cast(self, value: str, data_type: str) -> str:
        return f"try_cast({value} as {data_type})"

    def timestamp_from_text(self, value: str) -> str:
        return f"try_cast({value} as timestamptz) at time zone 'UTC'"

    def timestamp_from_zoned(self, value: str) -> str:
        return f"{value} at time zone 'UTC'"

    def list_from_json(self, value: str) -> str:
        is_list = f"json_valid({value}) and json_type({value}) = 'ARRAY'"
        return f"case when {is_list} then from_json({value}, '[\"VARCHAR\"]') end"

    def text_from_nested(self, value: str) -> str:
        return f"cast(to_json({value}) as varchar)"

    def text_from_binary(self, value: str) -> str:
        return f"try(decode({value}))"

    def before_point(self, value: str) -> str:
        return f"split_part({value}, '.', 1)"

    def is_not_finite(self, value: str) -> str:
        return f"not isfinite({value})"
