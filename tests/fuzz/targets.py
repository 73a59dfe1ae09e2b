"""What is fuzzed: a function of bytes each, which fails only where the product does.

The files go the way of a run: inventory, copy where one is needed, DuckDB. Each
function that the engines call gets arrays, and must give for each value what it gives
for that value alone.
"""

import gzip
import json
import os
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from extraction_watch.inputs import InputError, Source, take_inventory
from extraction_watch.inputs.csv_files import (
    LINE_COLUMN,
    csv_facts,
    write_csv_as_parquet,
)
from extraction_watch.inputs.duckdb_relations import create_duckdb_relations
from extraction_watch.inputs.forgotten import forgotten_hashes, tombstone_file
from extraction_watch.inputs.hash_cache import HashCache
from extraction_watch.inputs.json_files import json_facts, write_clean_json
from tests.fuzz.draw import Draw
from tests.unit.inputs import SOURCES
from udfs import UDFS
from udfs.phase_changes import SERIES
from udfs.unmix_requests import CELL

Target = Callable[[bytes], None]

VALUES_MAX = 4
BLANK = re.compile(rb"[ \t\r\v\f]*")
PEPPER = "a pepper that only tests know"
# files that live for a moment need no disk
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None

os.environ["EXTRACTION_WATCH_PEPPER"] = PEPPER
_FUNCTIONS = {udf.name: udf.function for udf in UDFS}


# --- Files ---------------------------------------------------------------------------


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One for all cases: a new one would cost more than the rest."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _rows(name: str, content: bytes, log_format: str = "shop") -> list[int] | None:
    """The row numbers that a file gives; None where it is refused."""
    table = SOURCES[log_format].main_table
    sources = {log_format: Source(log_format, (table,))}
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        logs = Path(folder, "logs")
        logs.mkdir()
        (logs / f"{table.name}.{name}").write_bytes(content)
        try:
            warehouse = Path(folder, "warehouse")
            inventory = take_inventory({log_format: logs}, warehouse, sources)
            create_duckdb_relations(_connection(), inventory)
        except InputError:
            return None
        # every value is made, the numbers are looked at
        rows = _connection().sql(f"from raw_{log_format}.{table.name}")
        numbers: list[int] = rows.to_arrow_table()["_row_number"].to_pylist()
        return sorted(numbers)


def _json_lines(content: bytes, log_format: str) -> None:
    numbers = _rows("jsonl", content, log_format)
    lines = content.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n").split(b"\n")
    expected = [n for n, line in enumerate(lines, 1) if not BLANK.fullmatch(line)]
    assert numbers is None or numbers == expected, (numbers, expected)


def json_file(data: bytes) -> None:
    """JSON lines: every line that is not blank is one row."""
    _json_lines(data, "shop")


def lines_file(data: bytes) -> None:
    """The same where lines are kept whole, as for OpenTelemetry."""
    _json_lines(data, "stream")


def json_pass(data: bytes) -> None:
    """The pass over JSON lines, and the copy: each line keeps its number."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        path, copy = Path(folder, "a.jsonl"), Path(folder, "b.jsonl")
        path.write_bytes(data)
        try:
            facts = json_facts(path)
        except InputError:
            return
        with copy.open("wb") as target:
            write_clean_json(path, target)
        written = json_facts(copy)
        assert written.is_clean
        assert written.lines == facts.lines
        if facts.is_clean and data:
            assert copy.read_bytes() == data.removesuffix(b"\n") + b"\n"


def csv_pass(data: bytes) -> None:
    """The pass over CSV, and the copy: every row has a line of its own."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        path, copy = Path(folder, "a.csv"), Path(folder, "b.parquet")
        path.write_bytes(data)
        try:
            facts = csv_facts(path)
        except InputError:
            return
        names = [column.name for column in facts.columns]
        if len(set(names)) < len(names):
            return  # refused later, by the table
        with copy.open("wb") as target:
            write_csv_as_parquet(path, facts, target)
        numbers = pq.read_table(copy)[LINE_COLUMN].to_pylist()
        assert numbers == sorted(set(numbers))
        assert all(number > 1 for number in numbers)


def csv_file(data: bytes) -> None:
    """CSV: every row has a line of its own, and none of them is the header."""
    numbers = _rows("csv", data)
    lines = len(data.splitlines())
    if numbers is not None:
        assert len(set(numbers)) == len(numbers)
        assert all(1 < number <= max(lines, 2) for number in numbers), numbers


def packed_file(data: bytes) -> None:
    """A packed file is refused, or has the rows of what is packed in it."""
    draw = Draw(data)
    packed = gzip.compress(data, mtime=0) if draw.byte() % 2 else data
    _rows("jsonl.gz", packed)


def parquet_file(data: bytes) -> None:
    """Parquet: every row is there, or the file is refused.

    What is damaged between its columns' values may be found by the engine only, which
    then ends the build (exit code 3) in words of its own.
    """
    try:
        numbers = _rows("parquet", data)
    except duckdb.Error:
        # some of these leave a connection of no more use
        _connection.cache_clear()
        return
    if numbers is not None:
        rows = pq.read_metadata(pa.BufferReader(data)).num_rows
        assert numbers == list(range(1, rows + 1))


def known_files(data: bytes) -> None:
    """What an earlier run knew of files: another content is no knowledge."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        path = Path(folder, "file_hashes.json")
        path.write_bytes(data)
        cache = HashCache(path)
        cache.get(Path("a"), 1, 1)
        cache.save()


def tombstones(data: bytes) -> None:
    """The list of forgotten accounts is read, or refused; never taken for empty."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        tombstone_file(Path(folder)).write_bytes(data)
        try:
            forgotten_hashes(Path(folder), {"EXTRACTION_WATCH_PEPPER": PEPPER})
        except InputError:
            return


# --- Functions -----------------------------------------------------------------------


def _check(name: str, values: pa.Array) -> None:
    function = _FUNCTIONS[name]
    result = function(values)
    assert len(result) == len(values)
    result.validate(full=True)
    alone = [function(values.slice(n, 1)) for n in range(len(values))]
    together = [result.slice(n, 1) for n in range(len(values))]
    # as text: NaN differs from itself
    assert list(map(str, alone)) == list(map(str, together))


def _of_texts(name: str) -> Target:
    def target(data: bytes) -> None:
        draw = Draw(data)
        texts: list[str | None] = []
        for _ in range(1 + draw.byte() % VALUES_MAX):
            kind = draw.byte() % 4
            if kind == 0:
                texts.append(draw.text())
            elif kind == 3:
                texts.append(None)
            else:
                texts.append(json.dumps(draw.json(), ensure_ascii=kind == 1))
        texts.append(draw.rest().decode("utf-8", errors="replace"))
        known = [t and t.encode("utf-8", errors="replace").decode() for t in texts]
        _check(name, pa.array(known, pa.string()))

    return target


def common_skeleton(data: bytes) -> None:
    draw = Draw(data)
    lists = [
        None if draw.byte() % 8 == 0 else [_plain(draw) for _ in range(draw.byte() % 5)]
        for _ in range(1 + draw.byte() % VALUES_MAX)
    ]
    _check("common_skeleton", pa.array(lists, pa.list_(pa.string())))


def _plain(draw: Draw) -> str:
    return draw.text().encode("utf-8", errors="replace").decode()


def cluster_history(data: bytes) -> None:
    draw = Draw(data)
    lists = []
    for _ in range(1 + draw.byte() % VALUES_MAX):
        links = []
        for number in range(draw.byte() % 20):
            one, other = draw.byte() % 16, draw.byte() % 16
            if one != other:
                links.append({"link_number": number + 1, "one": one, "other": other})
        lists.append(links)
    kind = pa.struct([(name, pa.int64()) for name in ("link_number", "one", "other")])
    _check("cluster_history", pa.array(lists, pa.list_(kind)))


def link_communities(data: bytes) -> None:
    draw = Draw(data)
    lists = []
    for _ in range(1 + draw.byte() % VALUES_MAX):
        links = {}
        for _ in range(draw.byte() % 30):
            pair = (draw.byte() % 12, draw.byte() % 12)
            if pair[0] < pair[1]:
                links[pair] = draw.pick((1e-12, 0.1, 1.0, 7.5, 1e12))
        lists.append(
            [{"one": one, "other": o, "weight": w} for (one, o), w in links.items()]
        )
    kind = pa.struct(
        [("one", pa.int64()), ("other", pa.int64()), ("weight", pa.float64())]
    )
    _check("link_communities", pa.array(lists, pa.list_(kind)))


def unmix_requests(data: bytes) -> None:
    draw = Draw(data)
    lists = []
    for _ in range(1 + draw.byte() % VALUES_MAX):
        cells = {}
        for _ in range(draw.byte() % 20):
            key = (draw.byte() % 6, draw.byte() % 8 - 1, draw.byte() % 5 - 1)
            first = float(draw.pick((0, 1, 5, 1e7, -7e7)))
            cells[key] = (
                *key,
                draw.pick((1, 2, 17, 10**9)),
                first,
                first + draw.byte(),
                draw.pick((1e-9, 0.1, 1.0)),
                draw.pick((1e-9, 0.1, 1.0)),
            )
        lists.append([dict(zip(CELL, cell, strict=True)) for cell in cells.values()])
    kind = pa.list_(pa.struct(list(CELL.items())))
    _check("unmix_requests", pa.array(lists, kind))


def phase_changes(data: bytes) -> None:
    draw = Draw(data)
    series = []
    for _ in range(1 + draw.byte() % 2):
        day = draw.pick((20_000, 0, -719_162, 2_932_896))
        cells = []
        for _ in range(draw.byte() % 50):
            day += draw.pick((0, 1, 1, 1, 2, 40))
            requests = draw.pick((1, 2, 30, 300, 10**12))
            cells.append(
                {"day_number": day, "category": draw.byte() % 3, "requests": requests}
            )
        series.append(
            {
                "cells": cells,
                "is_mix": bool(draw.byte() % 2),
                "days_min": 1 + draw.byte() % 4,
                "effect_min": draw.pick((0.0, 0.2, 1.5)),
                "p_value_max": draw.pick((0.01, 1.0)),
            }
        )
    _check("phase_changes", pa.array(series, SERIES))


_OF_TEXTS = (
    "chat_request",
    "chat_response",
    "litellm_metadata",
    "otel_spans",
    "tool_names",
    "epoch_micros",
    "mask_text",
    "prompt_sketch",
    "prompt_capability",
    "keyed_hash",
)
TARGETS: dict[str, Target] = {name: _of_texts(name) for name in _OF_TEXTS} | {
    one.__name__: one
    for one in (
        json_pass,
        csv_pass,
        json_file,
        lines_file,
        csv_file,
        packed_file,
        parquet_file,
        known_files,
        tombstones,
        common_skeleton,
        cluster_history,
        link_communities,
        unmix_requests,
        phase_changes,
    )
}
