"""Spark's own event log: per table that was written, time, shuffles, skew and keys."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLE = re.compile(r"Arguments: `spark_catalog`\.`extraction_watch`\.`(\w+)`")
_EXCHANGE = re.compile(r"\(\d+\) Exchange\b")
_HASHED = re.compile(r"hashpartitioning\((.+?), \d+\)")
_NOISE = re.compile(r"#\d+L?|\b(?:spark_catalog\.\w+\.)?\w+\.(?=[a-z])")
"""Numbers of columns, and the tables that they are from."""


@dataclass(frozen=True)
class SparkStep:
    """What writing one table took.

    `task_seconds` are those of all tasks, Python included, `cpu_seconds` what the JVM
    computed in them. `keys` are the columns that
    shuffles split by; "one task" is a shuffle to a single one. `skew` is the share of
    rows in the largest task of the largest shuffle, times the number of its tasks.
    """

    table: str
    seconds: float
    task_seconds: float
    cpu_seconds: float
    shuffle_bytes: int
    spilled_bytes: int
    keys: tuple[str, ...]
    skew: float
    single_task_rows: int  # most rows of a shuffle that one task had to take alone


class _Execution:
    """What belongs to one table while the log is read."""

    def __init__(self) -> None:
        self.milliseconds = 0
        self.task_milliseconds = 0
        self.cpu_nanoseconds = 0
        self.shuffle_bytes = 0
        self.spilled_bytes = 0
        self.plans: dict[int, str] = {}
        self.rows_read: dict[int, list[int]] = defaultdict(list)  # of tasks, by stage


def read_event_log(path: Path) -> list[SparkStep]:
    """One element per table that was created from queries, in order of time.

    The log is a file of JSON lines, neither compressed nor rolled.
    """
    steps: dict[str, _Execution] = defaultdict(_Execution)  # by table
    tables: dict[int, _Execution] = {}  # by the id of the root execution
    roots: dict[int, int] = {}
    begins: dict[int, int] = {}
    stages: dict[int, int] = {}
    for kind, event in _events(path):
        if kind == "SparkListenerSQLExecutionStart":
            number, root = event["executionId"], event["rootExecutionId"]
            roots[number] = root
            named = _TABLE.search(event["physicalPlanDescription"])
            if number == root and named:
                tables[root] = steps[named[1]]
                begins[root] = event["time"]
            elif root in tables:
                tables[root].plans[number] = event["physicalPlanDescription"]
        elif kind == "SparkListenerSQLAdaptiveExecutionUpdate":
            number = event["executionId"]
            if roots[number] in tables:
                tables[roots[number]].plans[number] = event["physicalPlanDescription"]
        elif kind == "SparkListenerSQLExecutionEnd":
            if event["executionId"] in tables:
                begin = begins[event["executionId"]]
                tables[event["executionId"]].milliseconds += event["time"] - begin
        elif kind == "SparkListenerJobStart":
            number = int(event["Properties"].get("spark.sql.execution.id", -1))
            for stage in event["Stage IDs"]:
                stages.setdefault(stage, roots.get(number, -1))
        elif kind == "SparkListenerTaskEnd":
            execution = tables.get(stages.get(event["Stage ID"], -1))
            if execution is not None and "Task Metrics" in event:
                _add_task(execution, event["Stage ID"], event["Task Metrics"])
    return [_step(table, execution) for table, execution in steps.items()]


def _events(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            yield event["Event"].rpartition(".")[2], event


def _add_task(execution: _Execution, stage: int, metrics: dict[str, Any]) -> None:
    execution.task_milliseconds += metrics["Executor Run Time"]
    execution.cpu_nanoseconds += metrics["Executor CPU Time"]
    execution.shuffle_bytes += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    execution.spilled_bytes += metrics["Disk Bytes Spilled"]
    rows = metrics["Shuffle Read Metrics"]["Total Records Read"]
    execution.rows_read[stage].append(rows)


def _step(table: str, execution: _Execution) -> SparkStep:
    read = [rows for rows in execution.rows_read.values() if sum(rows)]
    parted = [rows for rows in read if len(rows) > 1]
    largest = max(parted, key=sum, default=[1])
    return SparkStep(
        table=table,
        seconds=execution.milliseconds / 1000,
        task_seconds=execution.task_milliseconds / 1000,
        cpu_seconds=execution.cpu_nanoseconds / 1e9,
        shuffle_bytes=execution.shuffle_bytes,
        spilled_bytes=execution.spilled_bytes,
        keys=exchange_keys("\n".join(execution.plans.values())),
        skew=max(largest) * len(largest) / sum(largest),
        single_task_rows=max((rows[0] for rows in read if len(rows) == 1), default=0),
    )


def exchange_keys(plan: str) -> tuple[str, ...]:
    """What the shuffles of a physical plan split by, each once.

    >>> exchange_keys('''
    ... (4) Exchange
    ... Input [1]: [a#1L]
    ... Arguments: hashpartitioning(a#1L, t.b#22, 8), ENSURE_REQUIREMENTS, [plan_id=3]
    ... ''')
    ('a, b',)
    """
    keys = set()
    for node in plan.split("\n\n"):
        if not _EXCHANGE.match(node.lstrip()):
            continue
        said = node.partition("Arguments: ")[2]
        hashed = _HASHED.match(said)
        if hashed:
            keys.add(_NOISE.sub("", hashed[1]))
        elif said.startswith("SinglePartition"):
            keys.add("one task")
        else:
            keys.add(said.partition("(")[0])
    return tuple(sorted(keys))
