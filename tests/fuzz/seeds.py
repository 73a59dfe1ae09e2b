"""First cases of each target: what it is made for, in small."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
PEPPER = "a pepper that only tests know"


def seeds_of(target: str) -> list[bytes]:
    """The first cases of a target; raw texts for the functions of one text."""
    special = {
        "json_pass": _json_lines,
        "csv_pass": _csv,
        "json_file": _json_lines,
        "lines_file": _json_lines,
        "csv_file": _csv,
        "packed_file": _json_lines,
        "parquet_file": _parquet,
        "known_files": _known_files,
        "tombstones": _tombstones,
    }
    if target in special:
        return special[target]()
    # kind 0, text of no known words and of no length, then all the rest
    texts = [
        line for path in sorted(FIXTURES.glob("*/**/*.jsonl")) for line in _lines(path)
    ]
    return [bytes((0, 0, 0, 0)) + text for text in texts] + [
        bytes(range(n)) for n in (9, 99)
    ]


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()[:6]


def _json_lines() -> list[bytes]:
    row = {
        "id": "a", "at": "2026-01-01T12:00:00Z", "number": 3, "ratio": 0.5,
        "flag": True, "names": ["x"],
    }  # fmt: skip
    one = json.dumps(row).encode()
    return [
        one,
        b"\n".join([one, b"", b"broken", b"\\ud800", one]),
        b'\xef\xbb\xbf{"id":"\xff\0"}\r\n',
    ]


def _csv() -> list[bytes]:
    header = b"id,at,number,ratio,flag,names\n"
    return [
        header + b'a,2026-01-01,3,.5,true,"[""x""]"\n"b\nc",,,,,\n',
        b'\xef\xbb\xbfid, number\r\n"open,1\r\nb,2\r\n',
    ]


def _parquet() -> list[bytes]:
    tables = [
        {"id": ["a", None], "number": [1, 2]},
        {"id": ["a"], "names": [["x", None]], "at": [1], "extra": [{"a": 1}]},
    ]
    files = []
    for columns in tables:
        target = io.BytesIO()
        pq.write_table(pa.table(columns), target, compression="none")
        files.append(target.getvalue())
    return files


def _known_files() -> list[bytes]:
    facts = {
        "content_md5": "0", "lines": 1, "longest_line": 1, "is_clean": True,
        "columns": [{"name": "id", "kind": "text", "physical_type": "json"}],
    }  # fmt: skip
    entry = {"size": 1, "modified_ns": 1, "facts": facts}
    return [json.dumps({"version": 1, "files": {"a": entry}}).encode()]


def _tombstones() -> list[bytes]:
    # imported late: what is fuzzed is instrumented while it is first imported
    from udfs.keyed_hash import hash_with

    content = {
        "check": hash_with(PEPPER, "extraction_watch"),
        "accounts": [{"account_hash": "0", "forgotten_at": "2026-01-01T00:00:00Z"}],
    }
    return [json.dumps(content).encode()]
