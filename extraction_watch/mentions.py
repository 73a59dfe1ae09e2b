"""Which files hold the id of an account."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from extraction_watch.inputs.byte_stream import (
    BLOCK_BYTES,
    open_unpacked,
    readable_errors,
)
from extraction_watch.quiet_connection import connect

# An id does not stand inside a longer word: a1 is not in a12.
WORD = "[0-9A-Za-z_-]"
NO_WORD = "[^0-9A-Za-z_-]"
# What stands before one is no letter but an escape: a line break in a text of JSON.
ESCAPED = r"\\[bfnrt]"
SEARCHED_TYPES = ("VARCHAR", "BLOB", "JSON", "UUID", "ENUM")
SLASHES = r"\\{1,4}"
"""A text of JSON may be escaped again, as a text in JSON."""
SHORT_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
HTML_NAMES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
LONGEST_LETTER = 24
"""Characters: an emoji in JSON in JSON."""


def files_with(accounts: Sequence[str], files: Iterable[Path]) -> list[Path]:
    """Those of the files in which an id stands as a whole word.

    Databases and Parquet files are searched by value and by byte, as what is deleted
    may still lie in a file; others are unpacked first. Raises InputError for a file
    that cannot be read.
    """
    if not accounts:
        return []
    return [path for path in files if _holds(path, accounts)]


def without_mentions(text: str, accounts: Sequence[str]) -> str:
    """The text with a mark in the place of each id."""
    return re.sub(_word_pattern(accounts), "<forgotten>", text)


def _holds(path: Path, accounts: Sequence[str]) -> bool:
    with readable_errors(path):
        if _bytes_hold(path, accounts):
            return True
        if path.suffix == ".parquet":
            return _parquet_holds(path, accounts)
        return path.suffix == ".duckdb" and _database_holds(path, accounts)


def _bytes_hold(path: Path, accounts: Sequence[str]) -> bool:
    """Whether an id stands in the bytes, as it is or as JSON, HTML and CSV write it."""
    pattern = re.compile(_word_pattern(accounts).encode("utf-8"))
    overlap = LONGEST_LETTER * (1 + max(map(len, accounts)))
    rest = b""
    with open_unpacked(path) as (stream, _):
        while block := stream.read(BLOCK_BYTES):
            if pattern.search(rest + block):
                return True
            rest = (rest + block)[-overlap:]
    return False


def _word_pattern(accounts: Sequence[str]) -> str:
    return f"(?:(?<!{WORD})|(?<={ESCAPED}))(?:{_any_of(accounts)})(?!{WORD})"


def _any_of(accounts: Sequence[str]) -> str:
    return "|".join("".join(map(_letter, account)) for account in accounts)


def _letter(letter: str) -> str:
    """A letter as a pattern, for Python and for DuckDB: as it is or escaped. Programs
    differ in what they escape, and in the case of the digits."""
    if re.fullmatch(WORD, letter):
        return letter
    code = ord(letter)
    units = letter.encode("utf-16-be").hex()
    escapes = [
        "".join(f"{SLASHES}u{units[at : at + 4]}" for at in range(0, len(units), 4)),
        f"{SLASHES}U{code:08x}" if code > 0xFFFF else f"{SLASHES}x{code:02x}",
        f"&#(?:0*{code}|x0*{code:x});",
    ]
    forms = [re.escape(letter), f"(?i:{'|'.join(escapes)})"]
    if letter in SHORT_ESCAPES:
        forms.append(SLASHES + SHORT_ESCAPES[letter])
    elif letter in "\"'/\\":
        forms.append(SLASHES + re.escape(letter))
    if letter in HTML_NAMES:
        forms.append(f"&{HTML_NAMES[letter]};")
    if letter == '"':
        forms.append('""')
    return f"(?:{'|'.join(forms)})"


def _database_holds(path: Path, accounts: Sequence[str]) -> bool:
    with connect(path, read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name, data_type "
            "from duckdb_columns() where not internal and (schema_name, table_name) in "
            "(select (schema_name, table_name) from duckdb_tables())"
        ).fetchall()
        return any(
            _column_holds(connection, f"{_name(schema)}.{_name(table)}", name, accounts)
            for schema, table, name, kind in columns
            if _is_searched(kind)
        )


def _parquet_holds(path: Path, accounts: Sequence[str]) -> bool:
    with connect() as connection:
        relation = f"read_parquet([{_text(str(path))}])"
        columns = connection.execute(f"describe from {relation}").fetchall()
        return any(
            _column_holds(connection, relation, name, accounts)
            for name, kind, *_ in columns
            if _is_searched(kind)
        )


def _is_searched(data_type: str) -> bool:
    return any(kind in data_type for kind in SEARCHED_TYPES)


def _column_holds(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    column: str,
    accounts: Sequence[str],
) -> bool:
    found = connection.execute(
        f"select 1 from {relation} "
        f"where regexp_matches(cast({_name(column)} as varchar), ?) limit 1",
        [f"(^|{NO_WORD}|{ESCAPED})({_any_of(accounts)})($|{NO_WORD})"],
    ).fetchone()
    return found is not None


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
