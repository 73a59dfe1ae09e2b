"""Bad files, folders and settings, each with what must become of it.

A file is refused with a message that names it, or accepted with so many rows. Folders
hold the main table of the native format.
"""

import bz2
import gzip
import io
import json
import lzma
import os
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tests.bad_input.corpus import good_row

Write = Callable[[Path], None]
ROWS = 3
LINES = [json.dumps(good_row(number)) for number in range(ROWS)]
TEXT = "".join(f"{line}\n" for line in LINES).encode()
CSV = (
    "request_id,requested_at,account_id,model\n"
    + "".join(f"good-{n},2026-03-02T10:00:00Z,account-1,model-1\n" for n in range(ROWS))
).encode()
COLUMNS = {
    "request_id": [f"good-{number}" for number in range(ROWS)],
    "requested_at": ["2026-03-02T10:00:00Z"] * ROWS,
    "account_id": ["account-1"] * ROWS,
    "model": ["model-1"] * ROWS,
}


class FileCase(NamedTuple):
    """`expected`: a pattern of the refusal, or accepted and rejected rows."""

    name: str
    write: Write
    expected: str | tuple[int, int]


def _file(content: bytes, name: str) -> Write:
    def write(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return write


def _both(*writes: Write) -> Write:
    def write(folder: Path) -> None:
        for one in writes:
            one(folder)

    return write


def _parquet(**changes: object) -> bytes:
    columns = {k: v for k, v in (COLUMNS | changes).items() if v is not None}
    return _as_parquet(pa.table(columns))


def _as_parquet(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def _zst(content: bytes) -> bytes:
    target = io.BytesIO()
    with pa.CompressedOutputStream(pa.PythonFile(target, "w"), "zstd") as packed:
        packed.write(content)
        packed.flush()
        # closing closes the target too
        return _finished(packed, target)


def _finished(packed: pa.CompressedOutputStream, target: io.BytesIO) -> bytes:
    keep = target.getvalue
    target.close = lambda: None  # type: ignore[method-assign]
    packed.close()
    return keep()


def _zip(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("api_requests.jsonl", content)
    return target.getvalue()


def _loop(folder: Path) -> None:
    _file(TEXT, "api_requests/day/a.jsonl")(folder)
    (folder / "api_requests" / "day" / "again").symlink_to(folder / "api_requests")


def _to_itself(folder: Path) -> None:
    (folder / "api_requests.jsonl").symlink_to("api_requests.jsonl")


def _in_table(link: str, target: str) -> Write:
    def write(folder: Path) -> None:
        _file(TEXT, "api_requests/a.jsonl")(folder)
        (folder / "api_requests" / link).symlink_to(target)

    return write


def _pipe(folder: Path) -> None:
    (folder / "api_requests").mkdir()
    os.mkfifo(folder / "api_requests" / "a.jsonl")


def _socket(folder: Path) -> None:
    # the path of a socket is short: it is bound from within the folder
    (folder / "api_requests").mkdir()
    here = Path.cwd()
    os.chdir(folder / "api_requests")
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("a.jsonl")
    finally:
        os.chdir(here)


def _surrogate_name(folder: Path) -> None:
    (folder / "api_requests").mkdir()
    name = os.fsencode(folder / "api_requests") + b"/caf\xe9 \x1b[31m\n.jsonl.gz"
    with open(name, "wb") as file:
        file.write(b"no gzip")


def _odd_names(folder: Path) -> None:
    names = (
        "a b",
        "{{ 1 }}",
        "'; drop",
        "$(id)",
        "*?[a]",
        "\x1b[31m",
        "ü",
        "-rf",
        "a,b",
    )
    for number, name in enumerate(names[:ROWS]):
        _file(
            LINES[number].encode(), f"api_requests/{name}/{names[-1 - number]}.jsonl"
        )(folder)


def _bytes_name(folder: Path) -> None:
    (folder / "api_requests").mkdir()
    with open(os.fsencode(folder / "api_requests") + b"/caf\xe9\n.jsonl", "wb") as file:
        file.write(TEXT)


def _deep(folder: Path) -> None:
    _file(TEXT, "api_requests/" + "d/" * 60 + "a.jsonl")(folder)


def _bomb(size: int) -> bytes:
    """A gzip file of a few kilobytes that unpacks to one line of so many bytes."""
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(LINES[0].encode() + b"\n")
        for _ in range(size // 2**20):
            file.write(b" " * 2**20)
        file.write(b"\n" + LINES[1].encode() + b"\n")
    return target.getvalue()


UTF_8_MARK = b"\xef\xbb\xbf"
MANY_NAMES = [*COLUMNS, *(f"column{n}" for n in range(2000))]
NOT_UTF_8 = pa.Array.from_buffers(
    pa.string(), ROWS, pa.array([b"\xff"] * ROWS, pa.binary()).buffers()
)
NO_TEXT = r"api_requests\.\w+ holds no text but "
TYPE_NOT_READ = r"api_requests\.\S+ is of a type that is not read"

FILES = [
    # nothing there
    FileCase("no file", lambda folder: None, "holds no api_requests.*It holds: nothing"),
    FileCase("other files", _file(TEXT, "requests.jsonl"), r"It holds: requests\.jsonl"),
    FileCase("empty folder", lambda f: (f / "api_requests").mkdir(), "holds no api_req"),
    FileCase("hidden file", _file(TEXT, "api_requests/.a.jsonl"), "holds no api_requests"),
    FileCase("unfinished", _file(TEXT, "api_requests/a.jsonl.tmp"), "holds no api_requests"),
    FileCase("no extension", _file(TEXT, "api_requests"), "holds no api_requests"),
    FileCase("in capitals", _file(TEXT, "API_REQUESTS.jsonl"), "It holds: API_REQUESTS"),
    FileCase("empty json", _file(b"", "api_requests.jsonl"), (0, 0)),
    FileCase("empty csv", _file(b"", "api_requests.csv"), (0, 0)),
    FileCase("empty gzip", _file(b"", "api_requests.jsonl.gz"), (0, 0)),
    FileCase("blank lines", _file(b"\n \r\n\t\n", "api_requests.jsonl"), (0, 0)),
    FileCase("header only", _file(CSV.splitlines()[0], "api_requests.csv"), (0, 0)),
    FileCase("empty parquet file", _file(b"", "api_requests.parquet"), "is no Parquet"),
    FileCase(
        "no rows",
        _file(_as_parquet(pa.table(COLUMNS).slice(0, 0)), "api_requests.parquet"),
        (0, 0),
    ),
    FileCase("zeros", _file(bytes(5000), "api_requests.jsonl"), (0, 1)),
    # cut off or damaged
    FileCase(
        "cut gzip",
        _file(gzip.compress(TEXT)[:-9], "api_requests.jsonl.gz"),
        r"api_requests\.jsonl\.gz is a truncated or damaged gzip",
    ),
    FileCase(
        "cut gzip csv",
        _file(gzip.compress(CSV)[:20], "api_requests.csv.gz"),
        r"api_requests\.csv\.gz is a truncated or damaged gzip",
    ),
    FileCase(
        "cut zst",
        _file(_zst(TEXT)[:-5], "api_requests.jsonl.zst"),
        r"api_requests\.jsonl\.zst is a truncated or damaged zst",
    ),
    FileCase("plain gz", _file(TEXT, "api_requests.jsonl.gz"), "damaged gzip"),
    FileCase("plain zst", _file(TEXT, "api_requests.jsonl.zst"), "damaged zst"),
    FileCase("cut parquet", _file(_parquet()[:-20], "api_requests.parquet"), "truncated"),
    FileCase("cut json", _file(TEXT[:-40], "api_requests.jsonl"), (ROWS - 1, 1)),
    FileCase("cut csv", _file(CSV[:-15], "api_requests.csv"), (ROWS - 1, 1)),
    FileCase(
        "damaged pages",
        _file(_parquet().replace(b"good-1", b"\xff\xff\xff\xff\xff\xff", 1)[:30]
              + b"\xff" * 60 + _parquet()[90:], "api_requests.parquet"),
        "is damaged|is no Parquet",
    ),
    # packed otherwise
    FileCase("two members", _file(gzip.compress(TEXT) * 2, "api_requests.jsonl.gz"),
             (2 * ROWS, 0)),
    FileCase("zst", _file(_zst(TEXT), "api_requests.jsonl.zst"), (ROWS, 0)),
    FileCase("zst csv", _file(_zst(CSV), "api_requests.csv.zst"), (ROWS, 0)),
    FileCase("gzip twice", _file(gzip.compress(gzip.compress(TEXT)),
             "api_requests.jsonl.gz"), r"holds no text but gzip"),
    FileCase("bz2", _file(bz2.compress(TEXT), "api_requests.jsonl.bz2"), TYPE_NOT_READ),
    FileCase("xz", _file(lzma.compress(TEXT), "api_requests.csv.xz"), TYPE_NOT_READ),
    FileCase("zip", _file(_zip(TEXT), "api_requests.zip"), TYPE_NOT_READ),
    FileCase("tar", _file(TEXT, "api_requests.tar.gz"), TYPE_NOT_READ),
    FileCase("avro", _file(b"Obj\x01", "api_requests.avro"), TYPE_NOT_READ),
    FileCase("orc", _file(b"ORC", "api_requests.orc"), TYPE_NOT_READ),
    FileCase("excel", _file(_zip(TEXT), "api_requests.xlsx"), TYPE_NOT_READ),
    FileCase("tsv", _file(CSV.replace(b",", b"\t"), "api_requests.tsv"), TYPE_NOT_READ),
    FileCase("packed parquet", _file(gzip.compress(_parquet()),
             "api_requests.parquet.gz"), TYPE_NOT_READ),
    FileCase("one of another type", _both(_file(TEXT, "api_requests/a.jsonl"),
             _file(b"", "api_requests/b.jsonl.bz2")), r"b\.jsonl\.bz2 is of a type"),
    FileCase("line of 70 MB, packed", _file(_bomb(70 * 2**20), "api_requests.jsonl.gz"),
             (2, 1)),
    # of another type than the name says
    FileCase("gzip as json", _file(gzip.compress(TEXT), "api_requests.jsonl"),
             NO_TEXT + "gzip"),
    FileCase("zst as csv", _file(_zst(CSV), "api_requests.csv"), NO_TEXT + "Zstandard"),
    FileCase("zip as csv", _file(_zip(CSV), "api_requests.csv"), NO_TEXT + "a ZIP"),
    FileCase("bz2 as json", _file(bz2.compress(TEXT), "api_requests.json"),
             NO_TEXT + "bzip2"),
    FileCase("xz as json", _file(lzma.compress(TEXT), "api_requests.json"), NO_TEXT + "xz"),
    FileCase("parquet as json", _file(_parquet(), "api_requests.ndjson"),
             NO_TEXT + "Parquet"),
    FileCase("parquet as csv", _file(_parquet(), "api_requests.csv"), NO_TEXT + "Parquet"),
    FileCase("database as csv", _file(b"SQLite format 3\0", "api_requests.csv"),
             NO_TEXT + "a database"),
    FileCase("json as parquet", _file(TEXT, "api_requests.parquet"), "is no Parquet file"),
    FileCase("csv as parquet", _file(CSV, "api_requests.parquet"), "is no Parquet file"),
    FileCase("json as csv", _file(TEXT, "api_requests.csv"), "lacks the required columns"),
    FileCase("csv as json", _file(CSV, "api_requests.jsonl"), (0, ROWS + 1)),
    FileCase("web page", _file(b"<html>\n", "api_requests.json"), (0, 1)),
    FileCase("json array", _file(b"[" + LINES[0].encode() + b"]", "api_requests.json"),
             "is one JSON array"),
    FileCase("json over lines", _file(json.dumps(good_row(1), indent=1).encode(),
             "api_requests.json"), (0, 8)),
    # of another encoding
    FileCase("utf-16", _file(TEXT.decode().encode("utf-16"), "api_requests.jsonl"),
             "is text in UTF-16"),
    FileCase("utf-16 be", _file(TEXT.decode().encode("utf-16-be"), "api_requests.jsonl"),
             "is text in UTF-16"),
    FileCase("utf-16 csv", _file(CSV.decode().encode("utf-16"), "api_requests.csv"),
             "is text in UTF-16"),
    FileCase("utf-32", _file(TEXT.decode().encode("utf-32"), "api_requests.jsonl"),
             "is text in UTF-16"),
    FileCase("latin-1", _file(TEXT.replace(b"capital", b"capit\xe1l"),
             "api_requests.jsonl"), (ROWS, 0)),
    FileCase("mark", _file(UTF_8_MARK + TEXT, "api_requests.jsonl"), (ROWS, 0)),
    FileCase("two marks", _file(UTF_8_MARK * 2 + TEXT, "api_requests.jsonl"), (ROWS, 0)),
    FileCase("mark in csv", _file(UTF_8_MARK + CSV, "api_requests.csv"), (ROWS, 0)),
    FileCase("line ends of DOS", _file(TEXT.replace(b"\n", b"\r\n"),
             "api_requests.jsonl"), (ROWS, 0)),
    FileCase("line ends of DOS in csv", _file(CSV.replace(b"\n", b"\r\n"),
             "api_requests.csv"), (ROWS, 0)),
    FileCase("line ends of old Macs", _file(TEXT.replace(b"\n", b"\r"),
             "api_requests.jsonl"), (0, 1)),
    FileCase("line ends of old Macs in csv", _file(CSV.replace(b"\n", b"\r"),
             "api_requests.csv"), r"header of the CSV file .* cannot be read"),
    FileCase("parquet of no UTF-8", _file(_parquet(user_agent=NOT_UTF_8),
             "api_requests.parquet"), (ROWS, 0)),
    # headers
    FileCase("semicolons", _file(CSV.replace(b",", b";"), "api_requests.csv"),
             "separates its columns by semicolon"),
    FileCase("tabs", _file(CSV.replace(b",", b"\t"), "api_requests.csv"), "by tab"),
    FileCase("bars", _file(CSV.replace(b",", b"|"), "api_requests.csv"), "by bar"),
    FileCase("no header", _file(CSV.split(b"\n", 1)[1], "api_requests.csv"),
             "lacks the required columns request_id"),
    FileCase("blank first", _file(b"\n" + CSV, "api_requests.csv"), "first line .* blank"),
    FileCase("twice a name", _file(CSV.replace(b",model", b",model,model", 1),
             "api_requests.csv"), "more than one column model"),
    FileCase("names in capitals", _file(CSV.replace(b"model\n", b"MODEL\n", 1),
             "api_requests.csv"), (ROWS, 0)),
    FileCase("open quote in header", _file(b'"a\n' + CSV, "api_requests.csv"),
             "lacks the required columns"),
    FileCase("header of 2 MB", _file(b"a" * 2**21 + b"\n" + CSV, "api_requests.csv"),
             "longer than a header can be"),
    FileCase("2,000 columns", _file((",".join(MANY_NAMES) + "\n").encode(),
             "api_requests.csv"), (0, 0)),
    # schemas that drift
    FileCase("new column", _file(_parquet(novelty=[1] * ROWS), "api_requests.parquet"),
             (ROWS, 0)),
    FileCase("new nested column", _file(_parquet(novelty=[{"a": [{"b": None}]}] * ROWS),
             "api_requests.parquet"), (ROWS, 0)),
    FileCase("optional column gone", _file(_parquet(), "api_requests.parquet"), (ROWS, 0)),
    FileCase("required column gone", _file(_parquet(model=None), "api_requests.parquet"),
             "lacks the required column model"),
    FileCase("renamed in parquet",
             _file(_parquet(account_id=None, accountid=["a"] * ROWS),
                   "api_requests.parquet"), "accountid may be account_id"),
    FileCase("renamed in csv", _file(CSV.replace(b"requested_at", b"request_at", 1),
             "api_requests.csv"), "request_at may be requested_at"),
    FileCase("renamed in json", _file(TEXT.replace(b"account_id", b"accountId"),
             "api_requests.jsonl"), "accountId may be account_id"),
    FileCase("renamed half-way", _file(
        TEXT + TEXT.replace(b"account_id", b"accountId"), "api_requests.jsonl"),
        (ROWS, ROWS)),
    FileCase("text becomes number", _file(_parquet(account_id=[1, 2, 3]),
             "api_requests.parquet"), (ROWS, 0)),
    FileCase("text becomes struct", _file(_parquet(model=[{"name": "a"}] * ROWS),
             "api_requests.parquet"), (ROWS, 0)),
    FileCase("time becomes number", _file(_parquet(requested_at=[1772442000] * ROWS),
             "api_requests.parquet"), (0, ROWS)),
    FileCase("number becomes text", _file(_parquet(output_tokens=["7", "x", None]),
             "api_requests.parquet"), (ROWS - 1, 1)),
    FileCase("number becomes struct", _file(_parquet(output_tokens=[{"total": 1}] * ROWS),
             "api_requests.parquet"), (0, ROWS)),
    FileCase("list becomes text", _file(_parquet(tool_names=["a", '["b"]', None]),
             "api_requests.parquet"), (ROWS - 1, 1)),
    FileCase("types differ between files", _both(
        _file(_parquet(output_tokens=[1] * ROWS), "api_requests/a.parquet"),
        _file(_parquet(output_tokens=["2"] * ROWS, request_id=["x", "y", "z"]),
              "api_requests/b.parquet"),
        _file(_parquet(output_tokens=[{"c": 1}] * ROWS), "api_requests/c.parquet")),
        (2 * ROWS, ROWS)),
    FileCase("times of seconds too many", _file(
        _parquet(requested_at=pa.array([2**53] * ROWS, pa.timestamp("s"))),
        "api_requests.parquet"), "holds a time beyond the year"),
    FileCase("times of no calendar", _file(
        _parquet(requested_at=pa.array([2**63 - 1] * ROWS, pa.timestamp("us"))),
        "api_requests.parquet"), (0, ROWS)),
    FileCase("null column", _file(_parquet(requested_at=pa.nulls(ROWS)),
             "api_requests.parquet"), (0, ROWS)),
    FileCase("durations", _file(
        _parquet(latency_ms=pa.array([1] * ROWS, pa.duration("ms"))),
        "api_requests.parquet"), (0, ROWS)),
    # folders and links
    FileCase("folder named as a file", _file(TEXT, "api_requests.jsonl/part-0.jsonl"),
             (ROWS, 0)),
    FileCase("folder of Spark", _both(
        _file(_parquet(), "api_requests.parquet/part-0.snappy.parquet"),
        _file(b"", "api_requests.parquet/_SUCCESS"),
        _file(b"", "api_requests.parquet/.part-0.snappy.parquet.crc")), (ROWS, 0)),
    FileCase("loop of folders", _loop, (ROWS, 0)),
    FileCase("link to itself", _to_itself, r"holds no api_requests|cannot be read"),
    FileCase("link to itself in a folder", _in_table("b.jsonl", "b.jsonl"),
             r"b\.jsonl cannot be read"),
    FileCase("link to nowhere", _in_table("b.jsonl", "nowhere"),
             r"b\.jsonl cannot be read: No such file"),
    FileCase("link to a device", _in_table("b.jsonl", "/dev/zero"),
             r"b\.jsonl is no file but a pipe"),
    FileCase("link to a folder above", _in_table("up", "../.."), (ROWS, 0)),
    FileCase("pipe", _pipe, r"a\.jsonl is no file but a pipe"),
    FileCase("socket", _socket, r"a\.jsonl is no file but a pipe"),
    FileCase("60 folders deep", _deep, (ROWS, 0)),
    FileCase("names out to break something", _odd_names, (ROWS, 0)),
    FileCase("name of no UTF-8", _bytes_name, (ROWS, 0)),
    FileCase("bad file of such a name", _surrogate_name,
             r"caf\\udce9 \\x1b\[31m\\n\.jsonl\.gz is a truncated"),
]  # fmt: skip

# Settings in the environment: name, value, pattern of the refusal.
ENVIRONMENT = [
    ("EXTRACTION_WATCH_THREADS", "many", "EXTRACTION_WATCH_THREADS is 'many'"),
    ("EXTRACTION_WATCH_THREADS", "0", "EXTRACTION_WATCH_THREADS is '0'"),
    ("EXTRACTION_WATCH_THREADS", "-2", "Set it to a number of threads"),
    ("EXTRACTION_WATCH_THREADS", "1.5", "Set it to a number of threads"),
    ("EXTRACTION_WATCH_THREADS", "", "Set it to a number of threads"),
    ("EXTRACTION_WATCH_MEMORY", "lots", "EXTRACTION_WATCH_MEMORY is 'lots'"),
    ("EXTRACTION_WATCH_MEMORY", "-8GB", "Set it to an amount of memory"),
    ("EXTRACTION_WATCH_MEMORY", "8", "Set it to an amount of memory"),
    ("EXTRACTION_WATCH_MEMORY", "8GB'; --", "Set it to an amount of memory"),
    ("EXTRACTION_WATCH_ACCEPTED_DAYS", "yesterday", "Set it to days"),
    ("EXTRACTION_WATCH_RETENTION_DAYS", "-1", "Set it to a number of days"),
    ("EXTRACTION_WATCH_RETENTION_DAYS", "a year", "RETENTION_DAYS is 'a year'"),
    ("EXTRACTION_WATCH_RETENTION_DAYS", "1e3", "Set it to a number of days"),
]

# Arguments of a run: folder, format and pattern of the refusal.
ARGUMENTS = [
    ("nowhere", "native", "folder .*nowhere of the native logs does not exist"),
    ("a" * 300, "native", "cannot be read: File name too long|does not exist"),
    ("\x1b[31m", "native", r"folder .*\\x1b\[31m of the native logs does not exist"),
    ("", "nginx", "log format nginx is unknown. Known formats: litellm, native"),
    ("", "Native", "log format Native is unknown"),
    ("", "../native", r"log format \.\./native is unknown"),
    ("", "native; drop", "log format native; drop is unknown"),
    ("", "\x1b[2J", r"log format \\x1b\[2J is unknown"),
]

# Vars: name, value, and what is said of it.
VARS: list[tuple[str, object, str]] = [
    ("session_gap_minutes", "soon", "session_gap_minutes is soon, which is no number"),
    ("family_requests_min", "5", "family_requests_min is 5, which is no number"),
    ("alert_new_hours", True, "alert_new_hours is True, which is no number"),
    ("link_neighbours", [6], r"link_neighbours is \[6\], which is no number"),
    ("token_bins_max", None, "token_bins_max is None, which is no number"),
    ("start_rate_days", {"a": 1}, "start_rate_days is {'a': 1}, which is no number"),
    ("alert_pace_days", float("nan"), "alert_pace_days is NaN, which is no number"),
    ("pool_accounts_min", -1, "pool_accounts_min is -1, which is below 0"),
    ("request_count_max", -5, "request_count_max is -5, which is below 0"),
    ("succession_window_days", -0.5, "succession_window_days is -0.5, .* below 0"),
    ("family_match_share", 1.5, "family_match_share is 1.5, which is above 1"),
    ("rejected_share_max", 5, "rejected_share_max is 5, which is above 1"),
    ("phase_p_value_max", 2, "phase_p_value_max is 2, which is above 1"),
    ("extraction_like_probability_min", 50, "is 50, which is above 1"),
    ("risk_band_low", -1, "risk_band_low is -1, which is below 0"),
    ("risk_band_critical", 90, "risk_band_critical is 90, which is above 1"),
    ("assumed_base_rate", 0, "assumed_base_rate is 0, which nothing can change"),
    ("signals", "steady_work", "signals is steady_work, which is no list"),
    ("extra_signals", ["a b"], "extra_signals holds a b, which is no name"),
    ("otel_account_attributes", ["a'b"], "attributes holds a'b, which is no name"),
    ("requested_at_min", "yesterday", "requested_at_min is yesterday, .* no time"),
    ("requested_at_max", 2100, "requested_at_max is 2100, which is no time"),
    ("publish_network_identities", "no", "identities is no, which is neither"),
]
