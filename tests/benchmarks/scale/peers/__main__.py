"""Steps of the pipeline beside the tools that others use for them, in the same run.

    make bench PEERS=1
    python -m tests.benchmarks.scale.peers [--size 300000] [--repeats 3]
        [--steps sessions links ...] [--folder <dir>]

Needs the extra `bench`. One world of about `--size` requests is written and built
once; each tool then does its step in a process of its own, on two threads where it has
any, and the quickest of the repeats counts. With all steps, the table goes into
docs/scale.md as well. What is equal and what differs stands in the module of each step.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from extraction_watch.dbt_build import PROJECT, BuildError
from tests.benchmarks.scale.peers import (
    components,
    duplicates,
    linking,
    sessions,
    templates,
)
from tests.benchmarks.scale.peers.contest import contest, results_table
from tests.benchmarks.scale.peers.world import write_inputs
from tests.benchmarks.scale.processes import THREADS
from tests.evaluation.markdown import replace_block

PAGE = PROJECT / "docs" / "scale.md"
STEPS = {
    "duplicates": duplicates.STEPS,
    "links": linking.STEPS,
    "communities": components.STEPS,
    "sessions": sessions.STEPS,
    "templates": templates.STEPS,
}
_THREAD_VARIABLES = ("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS")


def main() -> int:
    """Measure; exit code 1 when the world cannot be built."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale.peers")
    options.add_argument("--size", type=int, default=300_000)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    options.add_argument("--folder", type=Path, help="keeps world and warehouse")
    chosen = options.parse_args()
    os.environ |= dict.fromkeys(_THREAD_VARIABLES, str(THREADS))
    with TemporaryDirectory(prefix="peers-") as temporary:
        folder = (chosen.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            # in a process that ends: what it used would count as the tools' memory
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                process.submit(write_inputs, chosen.size, folder).result()
        except BuildError as error:
            print(f"peers: {error}", file=sys.stderr)
            return 1
        results = []
        for name in chosen.steps:
            for step in STEPS[name]:
                found = contest(step, folder, chosen.repeats)
                print(results_table(found), file=sys.stderr, flush=True)
                results += found
    body = results_table(results)
    print(body)
    if chosen.steps == list(STEPS):
        page = replace_block(PAGE.read_text("utf-8"), "peers", body)
        PAGE.write_text(page, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
