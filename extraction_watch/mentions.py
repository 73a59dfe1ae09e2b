"""Which files hold the id of an account."""

import html
import json
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
SEARCHED_TYPES = ("VARCHAR", "BLOB", "JSON", "UUID", "ENUM")


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
    forms = {form for account in accounts for form in _forms(account)}
    pattern = re.compile(_word_pattern(sorted(forms)).encode("utf-8", "surrogatepass"))
    overlap = 2 + max(len(form.encode("utf-8", "surrogatepass")) for form in forms)
    rest = b""
    with open_unpacked(path) as (stream, _):
        while block := stream.read(BLOCK_BYTES):
            if pattern.search(rest + block):
                return True
            rest = (rest + block)[-overlap:]
    return False


def _forms(account: str) -> set[str]:
    return {
        account,
        json.dumps(account)[1:-1],
        json.dumps(account, ensure_ascii=False)[1:-1],
        html.escape(account),
        account.replace('"', '""'),
    }


def _word_pattern(texts: Sequence[str]) -> str:
    return f"(?<!{WORD})(?:{'|'.join(map(re.escape, texts))})(?!{WORD})"


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
    no_word = "[^0-9A-Za-z_-]"
    ids = "|".join(map(_re2_literal, accounts))
    found = connection.execute(
        f"select 1 from {relation} "
        f"where regexp_matches(cast({_name(column)} as varchar), ?) limit 1",
        [f"(^|{no_word})({ids})($|{no_word})"],
    ).fetchone()
    return found is not None


def _re2_literal(text: str) -> str:
    """The text as a pattern of DuckDB, which knows no lookaround."""
    return "".join(
        character if character.isalnum() else f"\\x{{{ord(character):x}}}"
        for character in text
    )


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
