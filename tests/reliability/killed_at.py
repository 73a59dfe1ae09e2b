"""`python -m tests.reliability.killed_at N ARGUMENTS`: a command, killed at its Nth
change of a file or folder after its publication began.

Python tells of every such change before it happens. Ends normally, and says so, when
there are fewer.
"""

import os
import signal
import sys

from extraction_watch.__main__ import main
from tests.reliability.quick_command import leave_out_checks

CHANGES = (
    "os.chmod",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "shutil.rmtree",
)


def kill_at(number: int) -> None:
    """From the folder of a new version on, count down and kill this process."""
    left = number
    has_begun = False

    def look(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left, has_begun
        is_writing = event == "open" and _is_for_writing(arguments[2])
        if not is_writing and event not in CHANGES:
            return
        has_begun = has_begun or ".building-" in str(arguments[0])
        left -= has_begun
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


def _is_for_writing(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


if __name__ == "__main__":
    leave_out_checks()
    kill_at(int(sys.argv.pop(1)))
    code = main()
    sys.stdout.flush()
    os._exit(code)
