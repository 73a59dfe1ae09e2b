"""One step done by several tools: what each takes, and how right it is."""

import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.benchmarks.scale.peers.grouping import Agreement, Groups, b_cubed
from tests.benchmarks.scale.processes import Cost
from tests.evaluation.markdown import table

PRODUCT = "extraction_watch"
HEADS = (
    "step",
    "tool",
    "s",
    "CPU s",
    "time, ours = 1",
    "CPU, ours = 1",
    "peak GB",
    "precision",
    "recall",
    "F1",
)


Work = Callable[[], Any]


def as_groups(found: Any) -> Sequence[Groups]:
    """Groups as they are, or of a table of two columns: elements, group of each."""
    if isinstance(found, pa.Table):
        found = dict(zip(*found.to_pydict().values(), strict=True))
    return [found]


@dataclass(frozen=True)
class Contender:
    """A tool. `prepare` loads the step's input and returns the work that is timed.

    `read` makes groups of what the work returned, or several, of which the best count.
    """

    tool: str
    prepare: Callable[[Path], Work]
    read: Callable[[Any], Sequence[Groups]] = as_groups


@dataclass(frozen=True)
class Step:
    """Work on one input, read from the folder, by the product and then its peers."""

    name: str
    truth: Callable[[Path], Mapping[str, str | None]]
    contenders: Sequence[Contender]


@dataclass(frozen=True)
class Result:
    """What one tool took for a step, and how its groups match the truth."""

    step: str
    tool: str
    cost: Cost
    agreement: Agreement


def contest(step: Step, folder: Path, repeats: int) -> list[Result]:
    """Run every contender in a process of its own, one after the other."""
    results = []
    for contender in step.contenders:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            cost, agreement = process.submit(
                run, contender, step.truth, folder, repeats
            ).result()
        results.append(Result(step.name, contender.tool, cost, agreement))
    return results


def run(
    contender: Contender,
    truth: Callable[[Path], Mapping[str, str | None]],
    folder: Path,
    repeats: int,
) -> tuple[Cost, Agreement]:
    """The least that the work took in some repeats, and its result.

    The peak of memory is that of the whole process with the input in it.
    """
    seconds, cpu_seconds = [], []
    found = None
    for _ in range(repeats):
        work = contender.prepare(folder)
        begin, cpu_begin = time.perf_counter(), time.process_time()
        found = work()
        seconds.append(time.perf_counter() - begin)
        cpu_seconds.append(time.process_time() - cpu_begin)
    # ru_maxrss counts kilobytes on Linux and bytes on macOS
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    cost = Cost(min(seconds), min(cpu_seconds), peak)
    labels = truth(folder)
    agreements = [b_cubed(labels, groups) for groups in contender.read(found)]
    return cost, max(agreements, key=lambda agreement: agreement.f1)


def results_table(results: Sequence[Result]) -> str:
    """One row per tool; ratios are to the first row of the step, the product's."""
    ours: dict[str, Cost] = {}
    for one in results:
        ours.setdefault(one.step, one.cost)
    return table(
        HEADS,
        [
            (
                one.step,
                one.tool,
                f"{one.cost.seconds:,.2f}",
                f"{one.cost.cpu_seconds:,.2f}",
                f"{one.cost.seconds / ours[one.step].seconds:.2f}",
                f"{one.cost.cpu_seconds / ours[one.step].cpu_seconds:.2f}",
                f"{one.cost.peak_bytes / 1e9:.2f}",
                *(f"{figure:.3f}" for figure in one.agreement.figures),
            )
            for one in results
        ],
    )
