"""Runs dbt as a process of its own and reads what it reports."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extraction_watch.console import say
from extraction_watch.inputs import configured_folders, load_sources
from extraction_watch.inputs.errors import printable

PROJECT = Path(__file__).resolve().parent.parent
"""Folder of the dbt project: this checkout."""

DBT = {"duckdb": "dbt.cli.main", "spark": "extraction_watch.spark_build"}
"""Module that is dbt for an engine: Spark needs a session in the same process."""

ONE_BY_ONE_BYTES = 4_000_000_000
"""Input from which on DuckDB builds one model after the other. At 33 million requests
(16 GB) two that were built together spilled 25 GB and took 235 s; one by one 122 s."""

_LINK = re.compile(r"[^\s'\"]+/work/links/[0-9a-f]{32}\.[a-z.]+")
_PROGRESS = re.compile(r"(\d+) of (\d+) (?:OK|PASS|WARN|ERROR|FAIL|SKIP)")


class BuildError(Exception):
    """The build failed; the message names what failed and why."""


class CheckError(Exception):
    """A check failed, so nothing is published; the message says which."""


@dataclass(frozen=True)
class BuildReport:
    """Outcome of a `dbt build`: its id, checks that passed, and seconds per model."""

    invocation_id: str
    tests: int
    warnings: int
    seconds: Mapping[str, float]


def dbt_environment(
    warehouse: Path, engine: str, log_folders: Mapping[str, str]
) -> dict[str, str]:
    """Environment in which `dbt` finds profile, warehouse, engine and logs."""
    environment = dict(os.environ)
    environment |= {
        "EXTRACTION_WATCH_WAREHOUSE": str(warehouse),
        "EXTRACTION_WATCH_ENGINE": engine,
        "DBT_PROFILES_DIR": str(PROJECT / "profiles"),
        "DBT_TARGET_PATH": str(warehouse / "work" / "target"),
        "DBT_LOG_PATH": str(warehouse / "work" / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    for log_format, folder in log_folders.items():
        environment[f"EXTRACTION_WATCH_{log_format.upper()}_LOGS"] = folder
    return environment


def run_dbt(
    environment: Mapping[str, str], engine: str, full_refresh: bool
) -> BuildReport:
    """Build and test the working database; shows how far it is.

    Raises BuildError, or CheckError where only tests failed, with the first failures.
    """
    results = Path(environment["DBT_TARGET_PATH"]) / "run_results.json"
    results.unlink(missing_ok=True)
    # Unit tests judge the code and not the logs: `make test` runs them.
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    arguments += ["--full-refresh"] if full_refresh else []
    if engine == "duckdb" and _is_large(environment):
        arguments += ["--threads", "1"]
    exit_code, output = _invoke(environment, engine, arguments)
    if exit_code < 0 or not results.exists():
        raise BuildError(_killed(exit_code) + _plain_reason(output))
    report = read_report(results)
    if exit_code:
        raise BuildError(_plain_reason(output))
    return report


def _is_large(environment: Mapping[str, str]) -> bool:
    """Whether steps go one by one. Each uses all cores; two share the memory."""
    folders = configured_folders(environment, load_sources()).values()
    files = (path for folder in folders for path in folder.rglob("*"))
    sizes = (path.stat().st_size for path in files if path.is_file())
    return sum(sizes) > ONE_BY_ONE_BYTES


def run_dbt_part(environment: Mapping[str, str], action: str, *selected: str) -> None:
    """Let dbt do one thing to some models on DuckDB, without their tests.

    Raises BuildError with what dbt said.
    """
    arguments = [action, "--select", *selected]
    if action == "build":
        arguments += ["--exclude-resource-type", "test", "unit_test"]
    exit_code, output = _invoke(environment, "duckdb", arguments)
    if exit_code:
        raise BuildError(_killed(exit_code) + _plain_reason(output))


def _invoke(
    environment: Mapping[str, str], engine: str, arguments: list[str]
) -> tuple[int, list[str]]:
    """Run one dbt command, showing how far it is; its exit code and its lines."""
    forget_other_checkout(Path(environment["DBT_TARGET_PATH"]))
    command = [sys.executable, "-m", "extraction_watch.dbt_process", DBT[engine]]
    command += ["--no-use-colors", *arguments, "--project-dir", str(PROJECT)]
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # the lock of the warehouse is handed on, and nothing else is inheritable
        close_fds=False,
        text=True,
        errors="replace",
    ) as process:
        output = _follow(process)
    return process.returncode, output


def forget_other_checkout(target: Path) -> None:
    """Let dbt parse anew where another checkout built this warehouse before.

    What it remembers names the seeds by their path: the fitted weights of the other
    checkout would be read, or missed where it is gone.
    """
    mark = target / "checkout"
    if mark.exists() and mark.read_text("utf-8") == str(PROJECT):
        return
    target.mkdir(parents=True, exist_ok=True)
    (target / "partial_parse.msgpack").unlink(missing_ok=True)
    mark.write_text(str(PROJECT), "utf-8")


def _follow(process: "subprocess.Popen[str]") -> list[str]:
    """Print one line per tenth of the work; returns all lines."""
    lines: list[str] = []
    shown = -1
    for line in process.stdout or ():
        lines.append(line.rstrip())
        step = _PROGRESS.search(line)
        if step:
            tenth = 10 * int(step[1]) // int(step[2])
            if tenth > shown:
                shown = tenth
                done, all_of_them = int(step[1]), int(step[2])
                say(
                    f"  built and tested {done} of {all_of_them}",
                    "progress",
                    step=done,
                    steps=all_of_them,
                )
    return lines


def _killed(exit_code: int) -> str:
    """What to say of a dbt that a signal ended; nothing when it ended by itself."""
    if exit_code >= 0:
        return ""
    name = signal.Signals(-exit_code).name
    return (
        f"dbt was ended from outside ({name}); where nobody did, the system lacked "
        "memory: lower EXTRACTION_WATCH_MEMORY. Its last lines:\n"
    )


def _plain_reason(output: list[str]) -> str:
    """The part of dbt's output that says what went wrong."""
    text = [re.sub(r"^\d\d:\d\d:\d\d\s*", "", line) for line in output]
    starts = [
        number
        for number, line in enumerate(text)
        if re.search(r"\b(Error|Failure|Exception)\b", line)
    ]
    return (
        "\n".join(line for line in text[starts[0] :][:12] if line)
        if starts
        else ("\n".join(text[-12:]))
    )


def _explained(message: str | None) -> str:
    """dbt's message, without the places in its code that an error passed through, and
    with input files by their own names."""
    if not message:
        return ""
    words = message.split("\nTraceback (most recent call last)", 1)[0]
    return ", " + _LINK.sub(lambda link: _linked(link[0]), words)


def _linked(path: str) -> str:
    return printable(os.readlink(path)) if os.path.islink(path) else path


def read_report(results: Path) -> BuildReport:
    """Read dbt's own report of a build, beside which its manifest lies.

    Raises BuildError when anything of it failed or did not run, CheckError when only
    tests failed.
    """
    if not results.exists():
        raise BuildError(
            f"There is no report of a dbt build at {results}. Run `dbt build` first."
        )
    report = _json(results)
    if report.get("args", {}).get("which") != "build":
        raise BuildError(
            "The last dbt command was not `dbt build`, so the tests did not run with "
            "the models. Run `dbt build`."
        )
    bad = [
        result
        for result in report["results"]
        if result["status"] not in ("success", "pass", "warn", "no-op")
    ]
    if bad:
        reasons = [
            f"{result['unique_id'].split('.', 2)[-1]}: {result['status']}"
            + _explained(result["message"])
            for result in sorted(bad, key=lambda one: one["status"] == "skipped")
        ]
        failed = {result["status"] for result in bad} - {"skipped"}
        raise (CheckError if failed == {"fail"} else BuildError)("\n".join(reasons[:5]))
    ids = {result["unique_id"] for result in report["results"]}
    missing = sorted(_built_nodes(results.with_name("manifest.json")) - ids)
    if missing:
        raise BuildError(
            f"The last dbt build was of a part of the project only: {len(missing)} of "
            f"its models and tests did not run, among them {missing[0]}. Run "
            "`dbt build` for all of them."
        )
    tests = [r for r in report["results"] if r["unique_id"].startswith("test.")]
    return BuildReport(
        invocation_id=report["metadata"]["invocation_id"],
        tests=len(tests),
        warnings=sum(1 for result in tests if result["status"] == "warn"),
        seconds={
            result["unique_id"].split(".")[-1]: result["execution_time"]
            for result in report["results"]
            if result["unique_id"].startswith(("model.", "seed."))
        },
    )


def _built_nodes(manifest: Path) -> set[str]:
    """Ids of all that a build of this project runs, but unit tests."""
    nodes: dict[str, dict[str, Any]] = _json(manifest)["nodes"]
    return {
        node_id
        for node_id, node in nodes.items()
        if node["package_name"] == "extraction_watch"
        and node["resource_type"] in ("model", "seed", "test")
        and node["config"].get("materialized") != "ephemeral"
    }


def _json(path: Path) -> dict[str, Any]:
    """A file of dbt's. Raises BuildError where it was cut off."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BuildError(
            f"{path} is damaged: {error}. Was dbt killed? Run `dbt build` again."
        ) from error
    return content
