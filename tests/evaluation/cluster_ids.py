"""What becomes of cluster ids from one as-of run to the next, and to the last.

`python -m tests.evaluation.cluster_ids --warehouse W` replays what a run staged there.
"""

import argparse
import hashlib
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb

from extraction_watch.backtest.plan import read_plan
from extraction_watch.backtest.replay import Replay
from extraction_watch.backtest.span import read_bounds
from extraction_watch.backtest.timeline import GOALS
from extraction_watch.warehouse import Warehouse
from tests.evaluation.markdown import table

FATES = ("kept", "merged", "founder elsewhere", "founder alone", "dissolved")
"""`kept`: the id is still there. `merged`: the links tell into which one it went.
`founder elsewhere`: neither, but the account that it is named after is in a cluster.
`founder alone`: it is not, but some member is in a cluster. `dissolved`: no member is
in any."""
BIG = 5
"""Clusters from this many accounts on are also counted apart."""


@dataclass(frozen=True)
class Snapshot:
    """Members by cluster, cluster by account, and what each retired id merged into."""

    clusters: dict[str, frozenset[str]]
    home: dict[str, str]
    merged_into: dict[str, str]


def take_snapshot(connection: duckdb.DuckDBPyConnection) -> Snapshot:
    """The clusters of the step that a replay has just built."""
    members: dict[str, set[str]] = defaultdict(set)
    merged_into: dict[str, str] = {}
    rows = connection.execute(
        "select event, account_id, cluster_id, other_cluster_id from cluster_events"
    )
    for event, account, cluster, other in rows.fetchall():
        if event == "member":
            members[cluster].add(account)
        elif event == "merged":
            merged_into[other] = cluster
    home = {account: name for name, some in members.items() for account in some}
    clusters = {name: frozenset(some) for name, some in members.items()}
    return Snapshot(clusters, home, merged_into)


def snapshots(warehouse: Warehouse, moments: Sequence[datetime]) -> list[Snapshot]:
    """Clusters as they were known at each moment."""
    plan = read_plan(warehouse.target / "manifest.json", GOALS)
    taken = []
    with Replay(warehouse.database, plan, "2", "4GB") as replay:
        for moment in moments:
            replay.rebuild(moment)
            taken.append(take_snapshot(replay.connection))
    return taken


def fate(cluster: str, members: frozenset[str], now: Snapshot) -> str:
    """One of `FATES`."""
    if cluster in now.clusters:
        return "kept"
    if cluster in now.merged_into:
        return "merged"
    if founder(cluster, members) in now.home:
        return "founder elsewhere"
    return "founder alone" if members & now.home.keys() else "dissolved"


def founder(cluster: str, members: frozenset[str]) -> str:
    """The account that the cluster is named after."""
    for account in members:
        if hashlib.md5(account.encode()).hexdigest() == cluster:
            return account
    raise ValueError(f"cluster {cluster} is not named after one of its members")


def fates(before: Snapshot, after: Snapshot, smallest: int = 2) -> Counter[str]:
    """How many clusters met which fate."""
    return Counter(
        fate(cluster, members, after)
        for cluster, members in before.clusters.items()
        if len(members) >= smallest
    )


def fates_table(taken: Sequence[Snapshot]) -> str:
    """From each step to the next, and to the last."""
    rows = []
    for smallest, size in ((2, "all"), (BIG, f"{BIG} accounts and more")):
        next_day: Counter[str] = Counter()
        at_end: Counter[str] = Counter()
        for before, after in pairwise(taken):
            next_day += fates(before, after, smallest)
            at_end += fates(before, taken[-1], smallest)
        for name, found in (("next step", next_day), ("last step", at_end)):
            rows.append((size, name, *(str(found[one]) for one in FATES)))
    return table(("clusters", "until the", *FATES), rows)


def main() -> int:
    """Replay a warehouse and print the table."""
    options = argparse.ArgumentParser(
        prog="python -m tests.evaluation.cluster_ids", description=__doc__
    )
    options.add_argument("--warehouse", type=Path, required=True)
    options.add_argument("--step", default="1d", help="1h, 6h or 1d")
    chosen = options.parse_args()
    warehouse = Warehouse(chosen.warehouse.resolve())
    manifest = warehouse.target / "manifest.json"
    plan = read_plan(manifest, GOALS)
    with Replay(warehouse.database, plan, "2", "4GB") as replay:
        log_span = replay.log_span(manifest)
        if log_span is None:
            raise ValueError(f"there are no requests in {warehouse.folder}")
        span = read_bounds(None, None, chosen.step).span(*log_span)
        moments = span.moments_of_change(replay.changes(span))
    print(fates_table(snapshots(warehouse, moments)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
