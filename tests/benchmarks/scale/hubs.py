"""What each step makes of one thing that very many share: no step may blow up.

    python -m tests.benchmarks.scale.hubs [--scale 0.01] [--cases nat] [--folder DIR]

writes a log per case, runs the product on it, and prints the steps in whose plans an
operator makes most rows, per request of the log. At scale 1 a case is as large as in
docs/scale.md.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.counters import step_counters
from tests.benchmarks.scale.processes import BenchError, measured
from tests.benchmarks.scale.world import sentences
from tests.evaluation.markdown import table

ROWS_PER_REQUEST_MAX = 40
"""No operator makes more rows than this for each request, whatever is shared. The most
make those that take the trigrams of texts apart."""
STEPS_SHOWN = 3
HEADS = (
    "shared",
    "requests",
    "CPU s",
    "peak GB",
    "rows per request of the largest steps",
)


@dataclass(frozen=True)
class Hub:
    """A log in which `requests` of `accounts` accounts have something in common.

    `changed` are columns of the log, as expressions over the request's `number`, its
    `account` and the variable `requests`, that differ from those of customers who have
    nothing in common.
    """

    name: str
    requests: int
    accounts: int
    changed: dict[str, str]


HUBS = (
    Hub(
        "family",
        10_000_000,
        200_000,
        {"prompt": "sentence(1) || ' ' || sentence(2) || ' ' || sentence(number)"},
    ),
    Hub("nat", 1_000_000, 50_000, {"client_ip": "'192.0.2.1'"}),
    Hub("device", 3_000_000, 300_000, {"client_device_id": "'device'"}),
    Hub("account", 5_000_000, 1, {}),
    Hub(
        "day",
        3_000_000,
        150_000,
        {
            "requested_at": "timestamp '2026-03-01' "
            "+ to_milliseconds(draw(number, 3) % 86400000)"
        },
    ),
    Hub(
        "agents",
        1_000_000,
        50_000,
        {"user_agent": "'agent/' || number % (getvariable('requests') // 10)"},
    ),
)
_CUSTOMER = {
    "request_id": "'r' || number",
    "requested_at": "timestamp '2026-03-01' "
    "+ to_milliseconds(draw(number, 3) % (28 * 86400000::bigint))",
    "account_id": "'a' || account",
    "model": "'model-1'",
    "client_device_id": "'d' || account",
    "client_ip": "'2001:db8::' || format('{:x}:{:x}', account // 65536, "
    "account % 65536)",
    "user_agent": "'agent/' || account % 40",
    "prompt": "sentence(number) || ' ' || sentence(draw(number, 5)) || ' ' || number",
    "message_count": "1::bigint",
    "input_tokens": "50 + draw(number, 6) % 500",
    "output_tokens": "200 + draw(number, 7) % 900",
}
"""Columns of a request that shares nothing."""


def write_hub(hub: Hub, scale: float, logs: Path, others: float = 0.2) -> int:
    """Write the log of a hub and of `others` times as many requests; returns their sum.

    Raises OSError.
    """
    sizes = (
        max(1000, round(hub.requests * scale)),
        max(1, round(hub.accounts * scale)),
    )
    customers = (round(sizes[0] * others), max(50, round(sizes[0] * others / 20)))
    folder = logs / "api_requests"
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set variable sentences = ?", [sentences()])
        connection.execute("set variable requests = ?", [sizes[0]])
        connection.execute(
            "create macro draw(one, other) as "
            "cast(hash(hash(one, other)) >> 33 as bigint); "
            "create macro sentence(key) as "
            "getvariable('sentences')[1 + key % len(getvariable('sentences'))]"
        )
        parts = (
            (hub.name, 0, sizes, _CUSTOMER | hub.changed),
            ("others", sizes[0], customers, _CUSTOMER),
        )
        for name, first, (requests, accounts), columns in parts:
            selected = ", ".join(f"{text} as {name}" for name, text in columns.items())
            connection.execute(
                f"""
                copy (
                    select {selected}
                    from (
                        select
                            {first} + range as number,
                            {first} + draw(range, 1) % {accounts} as account
                        from range({requests})
                    )
                ) to '{folder / name}.parquet' (format parquet)
                """
            )
    return sizes[0] + customers[0]


def main() -> int:
    """Run the cases; exit code 1 when a run fails or a step makes too many rows."""
    names = [hub.name for hub in HUBS]
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale.hubs")
    options.add_argument("--scale", type=float, default=0.01)
    options.add_argument("--cases", nargs="+", choices=names, default=names)
    options.add_argument("--folder", type=Path, help="keeps logs and warehouses")
    chosen = options.parse_args()
    lines = []
    is_above = False
    with TemporaryDirectory(prefix="hubs-") as temporary:
        for hub in HUBS:
            if hub.name not in chosen.cases:
                continue
            home = (chosen.folder or Path(temporary)).resolve() / hub.name
            requests = write_hub(hub, chosen.scale, home / "logs")
            warehouse = Warehouse(home / "warehouse")
            run = ["-m", "extraction_watch", "run", "--full-refresh"]
            run += ["--logs", str(home / "logs"), "--warehouse", str(warehouse.folder)]
            try:
                cost = measured(run, home / "said.txt")
            except BenchError as error:
                print(f"hubs: {hub.name}: {error}", file=sys.stderr)
                return 1
            made = {name: one.made for name, one in step_counters(warehouse).items()}
            largest = sorted(made.items(), key=lambda step: -step[1])[:STEPS_SHOWN]
            is_above |= largest[0][1] > ROWS_PER_REQUEST_MAX * requests
            most = ", ".join(
                f"`{name}` {rows / requests:.1f}" for name, rows in largest
            )
            lines.append(
                (
                    hub.name,
                    f"{requests:,}",
                    f"{cost.cpu_seconds:.0f}",
                    f"{cost.peak_bytes / 1e9:.1f}",
                    most,
                )
            )
            print(table(HEADS, lines[-1:]), flush=True)
    print(table(HEADS, lines))
    return int(is_above)


if __name__ == "__main__":
    sys.exit(main())
