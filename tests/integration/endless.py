"""Works on a warehouse for ever, through a process of its own, like a run with dbt.

`python -m tests.integration.endless WAREHOUSE` holds the lock and starts
`python -m extraction_watch.dbt_process tests.integration.endless`.
"""

import signal
import subprocess
import sys
from pathlib import Path

from extraction_watch.warehouse import Warehouse

CHILD = ("extraction_watch.dbt_process", "tests.integration.endless")


def main() -> None:
    if len(sys.argv) == 1:
        print("at work", flush=True)
        signal.pause()
    with (
        Warehouse(Path(sys.argv[1])).lock(),
        subprocess.Popen(
            [sys.executable, "-m", *CHILD], stdin=subprocess.PIPE, close_fds=False
        ) as child,
    ):
        child.wait()


if __name__ == "__main__":
    main()
