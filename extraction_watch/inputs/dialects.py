"""How the two engines write the few expressions that reading files needs."""

from typing import ClassVar, Protocol

LONGEST_JSON_TEXT = 2**30
"""Characters of a JSON string that Spark reads; its default is 20 million."""


class Dialect(Protocol):
    """SQL of one engine. Arguments and results are SQL unless named text."""

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

    def text_from_uuid(self, value: str) -> str:
        """Lower-case text of a UUID, with hyphens."""

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
        return f"cast({value} at time zone 'UTC' as timestamp)"

    def list_from_json(self, value: str) -> str:
        is_list = f"json_valid({value}) and json_type({value}) = 'ARRAY'"
        return f"case when {is_list} then from_json({value}, '[\"VARCHAR\"]') end"

    def text_from_nested(self, value: str) -> str:
        return f"cast(to_json({value}) as varchar)"

    def text_from_binary(self, value: str) -> str:
        return f"try(decode({value}))"

    def text_from_uuid(self, value: str) -> str:
        return f"cast({value} as varchar)"

    def is_not_finite(self, value: str) -> str:
        return f"not isfinite({value})"


class SparkDialect:
    """Spark 4 in ANSI mode. The session time zone must be UTC."""

    _types: ClassVar = {
        "varchar": "string",
        "varchar[]": "array<string>",
        "timestamp": "timestamp_ntz",
    }

    def name(self, text: str) -> str:
        return "`" + text.replace("`", "``") + "`"

    def literal(self, text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def type_name(self, data_type: str) -> str:
        return self._types.get(data_type, data_type)

    def matches(self, value: str, pattern: str) -> str:
        whole = self.literal(rf"\A(?:{pattern})\z")
        return f"{value} rlike {whole}"

    def try_cast(self, value: str, data_type: str) -> str:
        return f"try_cast({value} as {self.type_name(data_type)})"

    def timestamp_from_text(self, value: str) -> str:
        return f"cast(try_cast({value} as timestamp_ltz) as timestamp_ntz)"

    def timestamp_from_zoned(self, value: str) -> str:
        return f"cast({value} as timestamp_ntz)"

    def list_from_json(self, value: str) -> str:
        in_list = self.json_in_list(value, "array<string>")
        is_list = f"ltrim({value}) like '[%' and size({in_list}) = 1"
        return f"case when {is_list} then {in_list}[0] end"

    def json_in_list(self, value: str, data_type: str) -> str:
        """Read JSON text as the only element of a list.

        Spark overlooks what follows a value, but not inside of a list: a list of
        another length, or null, means that the text was not one value of that type.
        """
        options = f"map('maxStringLen', '{LONGEST_JSON_TEXT}')"
        return f"from_json(concat('[', {value}, ']'), 'array<{data_type}>', {options})"

    def text_from_nested(self, value: str) -> str:
        return f"to_json({value}, map('ignoreNullFields', 'false'))"

    def text_from_binary(self, value: str) -> str:
        return f"try_validate_utf8({value})"

    def text_from_uuid(self, value: str) -> str:
        pattern = self.literal("^(.{8})(.{4})(.{4})(.{4})")
        return f"regexp_replace(lower(hex({value})), {pattern}, '$1-$2-$3-$4-')"

    def is_not_finite(self, value: str) -> str:
        return f"isnan({value}) or abs({value}) = double('infinity')"
