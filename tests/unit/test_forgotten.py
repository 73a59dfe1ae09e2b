"""Tombstones of accounts, and the search for what is left of them."""

import gzip
import hashlib
import json
import os
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction_watch.forget import forget
from extraction_watch.inputs import InputError
from extraction_watch.inputs.forgotten import (
    forget_accounts,
    forgotten_hashes,
    tombstone_file,
)
from extraction_watch.mentions import files_with, without_mentions
from udfs.keyed_hash import hash_with, keyed_hash

PEPPER = {"EXTRACTION_WATCH_PEPPER": "sixteen letters and more"}
ACCOUNT = 'o\'brien "1" & <2>/\u00e9'


# --- Tombstones ----------------------------------------------------------------------


def test_nothing_is_forgotten_at_first(tmp_path: Path) -> None:
    assert forgotten_hashes(tmp_path, {}) == ()


def test_a_tombstone_is_a_keyed_hash(tmp_path: Path) -> None:
    forget_accounts(tmp_path, ["a1", ACCOUNT, "a1"], PEPPER)
    forget_accounts(tmp_path, [ACCOUNT, "b2"], PEPPER)
    secret = PEPPER["EXTRACTION_WATCH_PEPPER"]
    # of the account, and of the cluster that may be named after it
    expected = tuple(
        hash_with(secret, text)
        for one in ("a1", ACCOUNT, "b2")
        for text in (one, hashlib.md5(one.encode()).hexdigest())
    )
    assert forgotten_hashes(tmp_path, PEPPER) == expected
    file = tombstone_file(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "brien" not in file.read_text("utf-8")


def test_a_pepper_may_be_random_bytes(tmp_path: Path) -> None:
    pepper = os.fsdecode(b"\xff\xfe and more than sixteen bytes")
    environment = {"EXTRACTION_WATCH_PEPPER": pepper}
    forget_accounts(tmp_path, ["a1"], environment)
    assert len(forgotten_hashes(tmp_path, environment)) == 2


@pytest.mark.parametrize("account", ["", os.fsdecode(b"a\xff")])
def test_what_is_no_id_is_refused(tmp_path: Path, account: str) -> None:
    with pytest.raises(InputError, match=r"account|UTF-8"):
        forget(tmp_path, ["a1", account])


@pytest.mark.parametrize("pepper", ["", "too short", "quite another pepper"])
def test_another_pepper_is_noticed(tmp_path: Path, pepper: str) -> None:
    forget_accounts(tmp_path, ["a1"], PEPPER)
    other = {"EXTRACTION_WATCH_PEPPER": pepper}
    with pytest.raises(InputError, match="come back"):
        forgotten_hashes(tmp_path, other)
    with pytest.raises(InputError, match="EXTRACTION_WATCH_PEPPER"):
        forget_accounts(tmp_path, ["b2"], other)


def test_a_damaged_file_is_not_taken_for_none(tmp_path: Path) -> None:
    tombstone_file(tmp_path).write_text("{")
    with pytest.raises(InputError, match="damaged"):
        forgotten_hashes(tmp_path, PEPPER)


def test_without_a_pepper_there_is_no_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXTRACTION_WATCH_PEPPER", raising=False)
    assert keyed_hash(pa.array(["a", None])).to_pylist() == [None, None]


@given(st.lists(st.none() | st.text(), max_size=8))
def test_equal_texts_and_only_they_have_equal_hashes(texts: list[str | None]) -> None:
    os.environ |= PEPPER
    hashes = keyed_hash(pa.array(texts, pa.string())).to_pylist()
    del os.environ["EXTRACTION_WATCH_PEPPER"]
    assert len(set(hashes)) == len(set(texts))
    assert [one is None for one in hashes] == [one is None for one in texts]
    assert all(len(one) == 32 for one in hashes if one)


# --- The search ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a1", True),
        ("of a1, for one", True),
        ('{"id":"a1"}', True),
        ("a12", False),
        ("ba1", False),
        ("a1-b", False),
        ("a_1", False),
        ("", False),
    ],
)
def test_an_id_is_a_whole_word(tmp_path: Path, text: str, holds: bool) -> None:
    plain, packed, table = (
        tmp_path / name for name in ("p.txt", "p.csv.gz", "p.parquet")
    )
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    pq.write_table(pa.table({"x": [text]}), table, compression="zstd")
    files = [plain, packed, table]
    assert files_with(["zz", "a1"], files) == (files if holds else [])
    assert (without_mentions(text, ["a1"]) != text) == holds


def test_an_id_is_found_in_the_forms_of_a_file(tmp_path: Path) -> None:
    texts = {
        "plain.log": f"account {ACCOUNT} failed",
        "rows.jsonl": json.dumps({"id": ACCOUNT}),
        # as other programs write JSON: Go, PHP, and with digits of the other case
        "go.jsonl": json.dumps({"id": ACCOUNT})
        .replace("&", "\\u0026")
        .replace("<", "\\u003c"),
        "php.jsonl": json.dumps({"id": ACCOUNT}).replace("/", "\\/"),
        "upper.jsonl": json.dumps({"id": ACCOUNT}).replace("00e9", "00E9"),
        "twice.jsonl": json.dumps({"body": json.dumps({"id": ACCOUNT})}),
        "lines.jsonl": json.dumps({"text": f"of\n{ACCOUNT}\nand"}),
        "page.html": "<td>o&#x27;brien &quot;1&quot; &amp; &lt;2&gt;/\u00e9</td>",
        "docs.html": "<td>o&#39;brien &#34;1&#34; &amp; &lt;2&gt;/\u00e9</td>",
        "rows.csv": '1,"o\'brien ""1"" & <2>/\u00e9",2',
        "other.log": "account o'brien failed",
    }
    files = [tmp_path / name for name in texts]
    for path, text in zip(files, texts.values(), strict=True):
        path.write_text(text, "utf-8")
    assert files_with([ACCOUNT], files) == files[:-1]
    tables = [path.with_suffix(".parquet") for path in files]
    for path, text in zip(tables, texts.values(), strict=True):
        pq.write_table(pa.table({"x": [text]}), path, compression="zstd")
    assert files_with([ACCOUNT], tables) == tables[:-1]


def test_an_id_across_two_blocks_is_found(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_bytes(b"." * (4 * 1024 * 1024 - 2) + b" account7 " + b"." * 100)
    assert files_with(["account7"], [path]) == [path]


def test_deleted_rows_in_a_database_are_found(tmp_path: Path) -> None:
    """What is deleted stays in the file: hence it is searched by byte too."""
    path = tmp_path / "work.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table t as select 'account7' as id, ['b', 'c8'] as l"
        )
    assert files_with(["account7"], [path]) == [path]
    assert files_with(["c8"], [path]) == [path]
    assert files_with(["account8"], [path]) == []
    with duckdb.connect(str(path)) as connection:
        connection.execute("checkpoint; delete from t")
    assert files_with(["account7"], [path]) == [path]
