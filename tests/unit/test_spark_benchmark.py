"""What is read from Spark's event log, and the tables made of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.scale.spark.__main__ import step_table, total_table
from tests.benchmarks.scale.spark.event_log import (
    SparkStep,
    exchange_keys,
    read_event_log,
)

SQL = "org.apache.spark.sql.execution.ui."
CREATED = """== Physical Plan ==
(2) CreateDataSourceTableAsSelectCommand
Arguments: `spark_catalog`.`extraction_watch`.`sessions`, ErrorIfExists, [a]
"""
WRITTEN = """== Physical Plan ==
AdaptiveSparkPlan (9)


(3) Exchange
Input [1]: [account_id#1]
Arguments: hashpartitioning(account_id#1, requests.day#2, 4), ENSURE_REQUIREMENTS

(5) BroadcastExchange
Input [1]: [day#3]
Arguments: HashedRelationBroadcastMode(List(input[0, string, false]),false)

(7) Exchange
Input [1]: [account_id#1]
Arguments: SinglePartition, ENSURE_REQUIREMENTS, [plan_id=7]
"""


def started(number: int, root: int, plan: str) -> dict[str, Any]:
    return {
        "Event": SQL + "SparkListenerSQLExecutionStart",
        "executionId": number,
        "rootExecutionId": root,
        "physicalPlanDescription": plan,
        "time": 1000,
    }


def task(stage: int, rows: int, written: int = 0) -> dict[str, Any]:
    return {
        "Event": "SparkListenerTaskEnd",
        "Stage ID": stage,
        "Task Metrics": {
            "Executor Run Time": 500,
            "Executor CPU Time": 250_000_000,
            "Disk Bytes Spilled": 10,
            "Shuffle Write Metrics": {"Shuffle Bytes Written": written},
            "Shuffle Read Metrics": {"Total Records Read": rows},
        },
    }


@pytest.fixture
def event_log(tmp_path: Path) -> Path:
    """A table is written by an execution within that of the command; then a query."""
    events = [
        {"Event": "SparkListenerLogStart"},
        started(5, 5, CREATED),
        started(6, 5, "== Physical Plan ==\n(1) Scan\n"),
        {
            "Event": SQL + "SparkListenerSQLAdaptiveExecutionUpdate",
            "executionId": 6,
            "physicalPlanDescription": WRITTEN,
        },
        {
            "Event": "SparkListenerJobStart",
            "Stage IDs": [0, 1, 2],
            "Properties": {"spark.sql.execution.id": "6"},
        },
        task(0, 0, written=1_000_000),
        *(task(1, rows, written=250_000) for rows in (10, 20, 30, 60)),
        task(2, 7),
        {
            "Event": SQL + "SparkListenerSQLExecutionEnd",
            "executionId": 5,
            "time": 4500,
        },
        started(8, 8, "== Physical Plan ==\nShowTables"),
        {"Event": "SparkListenerJobStart", "Stage IDs": [9], "Properties": {}},
        task(9, 1000, written=1000),
    ]
    path = tmp_path / "local-1"
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events), "utf-8")
    return path


def test_a_table_has_the_tasks_and_plans_of_its_executions(event_log: Path) -> None:
    assert read_event_log(event_log) == [
        SparkStep(
            table="sessions",
            seconds=3.5,
            task_seconds=3.0,
            cpu_seconds=1.5,
            shuffle_bytes=2_000_000,
            spilled_bytes=60,
            keys=("account_id, day", "one task"),
            skew=2.0,
            single_task_rows=7,
        )
    ]


def test_other_ways_to_split_are_named() -> None:
    plan = "(1) Exchange\nInput [0]: []\nArguments: RoundRobinPartitioning(4), X\n\n"
    assert exchange_keys(plan) == ("RoundRobinPartitioning",)
    assert exchange_keys("(1) Filter\nArguments: hashpartitioning(a#1, 4)\n") == ()


def test_tables_say_bytes_per_request(event_log: Path) -> None:
    steps = read_event_log(event_log)
    builds = {1: steps, 2: steps}
    assert "| 1,000 | 2 | 4 | 3 | 2 | 2 | 2,000 | 0 |" in total_table(1000, builds)
    assert (
        "| `sessions` | 3.0 | 3.0 | 2.0 | 2,000 | 2.0 | 7 | account_id, day; one task |"
        in step_table(1000, builds)
    )
