"""Reading a file once: its bytes, unpacked, while its content hash is taken."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from extraction_watch.inputs.errors import InputError

BLOCK_BYTES = 4 * 1024 * 1024
LONGEST_LINE = 64 * 1024 * 1024
"""A longer line (bytes) is no request: it is not read, and costs its row."""
TOO_LONG = b'"too long"\n'
"""Stands in the place of such a line: JSON, but no object."""
OTHER_TYPES = {
    b"\x1f\x8b": "gzip (.gz)",
    b"\x28\xb5\x2f\xfd": "Zstandard (.zst)",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"PK\x03\x04": "a ZIP archive",
    b"PAR1": "Parquet",
    b"ORC": "ORC",
    b"Obj\x01": "Avro",
    b"SQLite format 3": "a database of SQLite",
}
"""How files begin that are no text."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{")


class HashingReader(io.RawIOBase):
    """Passes the bytes of a file on and hashes them on the way."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._md5 = hashlib.md5(usedforsecurity=False)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        block = self._file.read(len(view))
        view[: len(block)] = block
        self._md5.update(block)
        return len(block)

    def content_md5(self) -> str:
        """The hash of the whole file: what nobody has read yet is read here."""
        while block := self._file.read(BLOCK_BYTES):
            self._md5.update(block)
        return self._md5.hexdigest()


@contextmanager
def readable_errors(path: Path) -> Iterator[None]:
    """Turn what the system says about an unreadable or broken file into InputError."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"The file {path} is a truncated or damaged gzip file. Write it again."
        ) from error
    except OSError as error:
        if error.errno is None and path.name.lower().endswith(".zst"):
            raise InputError(
                f"The file {path} is a truncated or damaged zst file. Write it again."
            ) from error
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}."
        ) from error


@contextmanager
def open_unpacked(path: Path) -> Iterator[tuple[BinaryIO, HashingReader]]:
    """The file's unpacked bytes, and the reader that knows the hash of the file."""
    with path.open("rb") as file:
        hashing = HashingReader(file)
        if path.name.lower().endswith(".gz"):
            packed = io.BufferedReader(hashing, BLOCK_BYTES)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=packed, mode="rb")), hashing
        elif path.name.lower().endswith(".zst"):
            packed = pa.PythonFile(io.BufferedReader(hashing, BLOCK_BYTES), mode="r")
            plain = pa.CompressedInputStream(packed, "zstd")
            yield cast(BinaryIO, io.BufferedReader(plain, BLOCK_BYTES)), hashing
        else:
            yield cast(BinaryIO, io.BufferedReader(hashing, BLOCK_BYTES)), hashing


def check_text(path: Path, stream: BinaryIO) -> None:
    """Raise InputError where a stream begins as something else than text in UTF-8."""
    start = cast(io.BufferedReader, stream).peek(16)[:16]
    if start.startswith(UTF_16):
        raise InputError(f"The file {path} is text in UTF-16. Write it in UTF-8.")
    for magic, name in OTHER_TYPES.items():
        if start.startswith(magic):
            raise InputError(
                f"The file {path} holds no text but {name}. Give it the extension of "
                "its real format, or unpack it."
            )


def whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Blocks of whole lines; only the last may lack its line end.

    A line of more than LONGEST_LINE bytes comes as TOO_LONG, so that memory is bounded
    whatever a file unpacks to.
    """
    rest: list[bytes] = []
    characters = 0
    while block := stream.read(BLOCK_BYTES):
        if characters > LONGEST_LINE:
            end = block.find(b"\n") + 1
            if not end:
                continue
            yield TOO_LONG
            block, rest, characters = block[end:], [], 0
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, block[:end]])
            rest, characters = [], 0
        if end < len(block):
            rest.append(block[end:])
            characters += len(block) - end
    if characters > LONGEST_LINE:
        yield TOO_LONG
    elif rest:
        yield b"".join(rest)
