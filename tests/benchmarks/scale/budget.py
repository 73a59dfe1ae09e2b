"""The budget of rows that each step may scan and make over the logs of the tests.

`python -m tests.benchmarks.scale.budget` runs them and writes `budget.csv`. Commit it
when a step has a good reason for more rows, and say which.
"""

import csv
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from extraction_watch.run import run
from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.counters import Counters, step_counters
from tests.integration.awkward_logs import write_awkward_logs
from tests.worlds.presets import PRESETS
from tests.worlds.world import generate

BUDGET = Path(__file__).with_name("budget.csv")
COLUMNS = ("model", "scanned", "made")


def read_budget() -> dict[str, Counters]:
    """What each model may scan and make."""
    with BUDGET.open(encoding="utf-8", newline="") as file:
        return {
            row["model"]: Counters(int(row["scanned"]), int(row["made"]))
            for row in csv.DictReader(file)
        }


def main() -> int:
    """Run the logs of the tests and write their counters."""
    with TemporaryDirectory(prefix="budget-") as temporary:
        folder = Path(temporary)
        logs = write_awkward_logs(generate(PRESETS["small"]), folder / "awkward")
        run(logs.folder, folder / "warehouse")
        counters = step_counters(Warehouse(folder / "warehouse"))
    with BUDGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((name, *vars(one).values()) for name, one in counters.items())
    print(f"wrote {len(counters)} models to {BUDGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
