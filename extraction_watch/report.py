"""What a run found, on one screen."""

import textwrap
from pathlib import Path
from typing import Any

import duckdb

from extraction_watch.quiet_connection import connect
from extraction_watch.warehouse import WarehouseError

CLUSTERS = """
    select
        cluster_id, risk_band, accounts, banned_accounts, requests,
        coalesce(capabilities, 'not seen'), coalesce(top_reasons, 'nothing')
    from clusters
    order by extraction_probability desc, accounts desc
    limit 5
"""
ACCOUNTS = """
    select
        account_id, risk_band, extraction_probability, requests,
        coalesce(substr(cluster_id, 1, 8), '-'),
        coalesce(extraction_share, 0)
    from accounts
    order by extraction_probability desc, account_id
    limit 8
"""
QUERIES = (
    "from account_case('<account_id>');",
    "select account_id, strength, strongest_reason from cluster_members "
    "where cluster_id = '<cluster_id>' order by strength desc;",
    "select skeleton, capability, prompts, working_accounts from prompt_families "
    "where clusters > 0 order by prompts desc limit 10;",
)


def print_report(warehouse: Path) -> None:
    """Print the top clusters and accounts, where the tables lie, and what to ask them.

    Raises WarehouseError when nothing has been published.
    """
    database = warehouse.resolve() / "extraction_watch.duckdb"
    if not database.exists():
        raise WarehouseError(
            f"Nothing is published in {warehouse}. Run `make run` first."
        )
    with connect(database, read_only=True) as connection:
        bands = dict(
            _rows(connection, "select risk_band, count(*) from accounts group by 1")
        )
        read, rejected = _rows(
            connection,
            "select rows_read, rows_rejected from runs "
            "order by started_at desc limit 1",
        )[0]
        clusters, accounts = _rows(connection, CLUSTERS), _rows(connection, ACCOUNTS)
    order = ("critical", "high", "medium", "low", "minimal")
    shown = ", ".join(f"{bands[band]:,} {band}" for band in order if band in bands)
    print(f"{read:,} rows read, {rejected:,} rejected; accounts: {shown}\n")
    print("Top clusters")
    for cluster, band, size, banned, requests, capabilities, reasons in clusters:
        print(
            f"  {cluster[:8]}  {band:8}  {size} accounts ({banned} banned), "
            f"{requests:,} requests"
        )
        print(f"    asks for  {_plain(capabilities)}")
        for number, line in enumerate(textwrap.wrap(_plain(reasons), 88)[:4]):
            print(f"    {'because ' if number == 0 else '        '}  {line}")
    print("\nTop accounts        band      probability  requests  cluster   extraction")
    for account, band, probability, requests, cluster, share in accounts:
        print(
            f"  {_plain(account)[:16]:16}  {band:8}  {probability:11.4f}  "
            f"{requests:8,}  {cluster}  {share:9.0%}"
        )
    print(f"\nTables: {database} and {warehouse.resolve()}/parquet/<table>.parquet")
    print("Ask them (for example with `.venv/bin/python -m duckdb` or any SQL client):")
    for query in QUERIES:
        print(f"  {query}")


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return list(connection.execute(query).fetchall())


def _plain(text: str) -> str:
    """Text from a log without what would steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
