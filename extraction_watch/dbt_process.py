"""A module as the process of a run, which ends with it.

`python -m extraction_watch.dbt_process MODULE ARGUMENTS`. A run that is killed cannot
end what it started; left alone, dbt would write on beside the next run.
"""

import os
import runpy
import sys
import threading

PARENT_GONE = 1


def end_with_parent() -> None:
    """End this process as soon as its standard input, a pipe of the parent, closes."""
    # A thread that waits in Python's own stdin would hold its lock at exit.
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    while os.read(0, 1):
        pass
    os._exit(PARENT_GONE)


if __name__ == "__main__":
    end_with_parent()
    sys.argv.pop(0)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
