"""How a command ended: the code that a scheduler sees, and its name."""

import errno
import re
from enum import IntEnum

from extraction_watch.dbt_build import BuildError, CheckError
from extraction_watch.inputs import InputError
from extraction_watch.quality_gate import QualityGateError
from extraction_watch.warehouse import LockedError, WarehouseError


class Terminated(BaseException):
    """A scheduler told the process to end (SIGTERM)."""


class Exit(IntEnum):
    """Exit codes; a process that a signal stopped ends with 128 and its number."""

    SUCCEEDED = 0
    UNEXPECTED = 1
    BAD_INPUT = 2
    BUILD_FAILED = 3
    CHECK_FAILED = 4
    WAREHOUSE_UNUSABLE = 5
    LOCKED = 6
    DISK_FULL = 7
    OUT_OF_MEMORY = 8
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def words(self) -> str:
        return self.name.lower().replace("_", " ")


CODES: dict[type[BaseException], Exit] = {
    InputError: Exit.BAD_INPUT,
    BuildError: Exit.BUILD_FAILED,
    CheckError: Exit.CHECK_FAILED,
    QualityGateError: Exit.CHECK_FAILED,
    LockedError: Exit.LOCKED,
    WarehouseError: Exit.WAREHOUSE_UNUSABLE,
}
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# What DuckDB, Python, Java and the system call it, each in words of its own.
_DISK = re.compile(
    r"No space left on device|Disk quota exceeded|File too large"
    r"|max_temp_directory_size"
)
_MEMORY = re.compile(
    r"Out of Memory|OutOfMemory|MemoryError|Cannot allocate memory|bad_alloc"
    r"|bad allocation|Unable to allocate"
)


def exit_code(error: BaseException) -> Exit:
    """The code of an error: what the machine lacked goes before where it lacked."""
    if _DISK.search(str(error)) or getattr(error, "errno", None) in DISK_ERRORS:
        return Exit.DISK_FULL
    if isinstance(error, MemoryError) or _MEMORY.search(str(error)):
        return Exit.OUT_OF_MEMORY
    if isinstance(error, Terminated):
        return Exit.TERMINATED
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    if isinstance(error, OSError):
        return Exit.WAREHOUSE_UNUSABLE
    return CODES.get(type(error), Exit.UNEXPECTED)
