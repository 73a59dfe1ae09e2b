"""JSON lines: the pass that learns about a file, and the copy that engines can read.

A copy is made when a file is not clean: a byte-order mark, invalid UTF-8, NUL bytes,
half surrogate pairs, blank or very long lines, or packed with Zstandard, which only one
engine reads. In the copy each line keeps its number.
"""

import json
import re
from pathlib import Path
from typing import BinaryIO

from extraction_watch.inputs.byte_stream import (
    TOO_LONG,
    check_text,
    open_unpacked,
    whole_lines,
)
from extraction_watch.inputs.errors import InputError
from extraction_watch.inputs.facts import FileColumn, FileFacts

BLANK_COLUMN = "__blank__"
BLANK_LINE = b'{"__blank__":true}'
GROWTH = len(b"\\u0000")
"""Bytes that one byte may become in the copy."""
SAMPLED_LINES = 1000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# what an engine passes over as if it were no line
_blank = re.compile(rb"^[ \t\r\v\f]*$")
_escape = re.compile(rb"\\(?:u([dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL)


def json_facts(path: Path) -> FileFacts:
    """One pass over a JSON lines file. Raises InputError for a JSON array."""
    lines = longest = 0
    is_clean = not path.name.lower().endswith(".zst")
    names: dict[str, None] = {}
    with open_unpacked(path) as (stream, hashing):
        check_text(path, stream)
        for block in whole_lines(stream):
            if lines == 0:
                _refuse_array(path, block)
            if lines < SAMPLED_LINES:
                _collect_names(block, SAMPLED_LINES - lines, names)
            is_clean = is_clean and block is not TOO_LONG
            is_clean = is_clean and _is_clean(block, is_first=lines == 0)
            lines += block.count(b"\n") + (not block.endswith(b"\n"))
            longest = max(longest, _longest_line(block))
        content_md5 = hashing.content_md5()
    columns = tuple(FileColumn(name, "text", "json") for name in names)
    longest *= 1 if is_clean else GROWTH
    return FileFacts(content_md5, columns, lines, longest, is_clean)


def write_clean_json(path: Path, target: BinaryIO) -> None:
    """Copy a file that is not clean. A line stays a line; blank ones are marked."""
    with open_unpacked(path) as (stream, _):
        is_first = True
        for block in whole_lines(stream):
            if is_first:
                block = _without_marks(block)
                is_first = False
            text = block.decode("utf-8", errors="replace").encode("utf-8")
            for line in text.removesuffix(b"\n").split(b"\n"):
                target.write(BLANK_LINE if _blank.match(line) else _clean_line(line))
                target.write(b"\n")


def _without_marks(block: bytes) -> bytes:
    while block.startswith(BYTE_ORDER_MARK):
        block = block.removeprefix(BYTE_ORDER_MARK)
    return block


def _clean_line(line: bytes) -> bytes:
    line = line.replace(b"\0", b"\\u0000")
    return _without_half_pairs(line) if _may_hold_surrogates(line) else line


def _is_clean(block: bytes, is_first: bool) -> bool:
    if b"\0" in block or (is_first and block.startswith(BYTE_ORDER_MARK)):
        return False
    if _may_hold_blank_line(block) and any(map(_blank.match, _lines(block))):
        return False
    if _may_hold_surrogates(block) and _without_half_pairs(block) != block:
        return False
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lines(block: bytes) -> list[bytes]:
    return block.removesuffix(b"\n").split(b"\n")


def _may_hold_blank_line(block: bytes) -> bool:
    starts = (b"\n", b"\r", b" ", b"\t", b"\v", b"\f")
    return block.startswith(starts) or any(b"\n" + start in block for start in starts)


def _may_hold_surrogates(block: bytes) -> bool:
    return b"\\ud" in block or b"\\uD" in block


def _without_half_pairs(text: bytes) -> bytes:
    """Replace escaped surrogates that are not in a pair by an escaped U+FFFD."""
    pieces: list[bytes] = []
    done = 0
    high: re.Match[bytes] | None = None
    for match in _escape.finditer(text):
        code = int(match[1], 16) if match[1] else 0
        if high is not None and code >= 0xDC00 and match.start() == high.end():
            high = None
            continue
        lonely = [high] if high is not None else []
        high = match if 0xD800 <= code < 0xDC00 else None
        if code >= 0xDC00:
            lonely.append(match)
        for half in lonely:
            pieces += [text[done : half.start()], b"\\ufffd"]
            done = half.end()
    if high is not None:
        pieces += [text[done : high.start()], b"\\ufffd"]
        done = high.end()
    return b"".join([*pieces, text[done:]])


def _refuse_array(path: Path, block: bytes) -> None:
    if _without_marks(block).lstrip().startswith(b"["):
        raise InputError(
            f"The file {path} is one JSON array. Write it as JSON lines: one object "
            "per line (jq -c '.[]' does it)."
        )


def _collect_names(block: bytes, limit: int, names: dict[str, None]) -> None:
    for line in _without_marks(block).split(b"\n", limit)[:limit]:
        try:
            entry = json.loads(line.decode("utf-8", errors="replace"))
        except (ValueError, RecursionError):
            # a malformed line shows no columns, nor does one of thousands of levels;
            # the engines set it aside, or read it
            continue
        if isinstance(entry, dict):
            names.update(dict.fromkeys(entry))


def _longest_line(block: bytes) -> int:
    """The length of the longest line, or of the block where it cannot matter."""
    if len(block) <= 8 * 1024 * 1024:
        return len(block)
    return max(map(len, block.split(b"\n")))
