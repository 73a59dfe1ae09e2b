"""Reading a file once: its bytes, unpacked, while its content hash is taken."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from extraction_watch.inputs.errors import InputError

BLOCK_BYTES = 4 * 1024 * 1024


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
        raise InputError(
            f"The file {path} cannot be read: {error.strerror}."
        ) from error


@contextmanager
def open_unpacked(path: Path) -> Iterator[tuple[BinaryIO, HashingReader]]:
    """The file's unpacked bytes, and the reader that knows the hash of the file."""
    with path.open("rb") as file:
        hashing = HashingReader(file)
        if path.name.lower().endswith(".gz"):
            packed = io.BufferedReader(hashing, BLOCK_BYTES)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=packed, mode="rb")), hashing
        else:
            yield cast(BinaryIO, io.BufferedReader(hashing, BLOCK_BYTES)), hashing


def whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Blocks of whole lines; only the last may lack its line end."""
    rest: list[bytes] = []
    while block := stream.read(BLOCK_BYTES):
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, block[:end]])
            rest = [block[end:]] if end < len(block) else []
        else:
            rest.append(block)
    if rest:
        yield b"".join(rest)
