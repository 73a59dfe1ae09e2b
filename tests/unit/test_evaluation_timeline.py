"""The figures of back-tests, on a world of five accounts."""

from pathlib import Path

import duckdb
import pytest

from tests.evaluation.timeline import (
    NEVER,
    campaigns_table,
    heads_table,
    measure,
)

WORLD = """
create table truth as from (values
    ('a', true, 'ash', 1), ('b', true, 'ash', 1), ('c', true, 'ash', 1),
    ('d', true, 'elm', 3), ('x', false, null, null)
) as accounts (account_id, is_extraction, group_id, level);
create table log as
select
    account_id || '-' || day as request_id,
    account_id,
    timestamp '2026-03-01 12:00' + to_days(day::integer) as requested_at,
    100 as output_tokens,
    account_id <> 'x' and day < 8 as is_extraction
from truth, range(10) as days (day)
"""
PUBLISHED = """
create table cluster_members as from (values
    ('main', 'a'), ('main', 'b'), ('main', 'x'), ('rest', 'c'), ('rest', 'x2')
) as members (cluster_id, account_id);
create table detection_timeline as from (values
    ('account', 'a', 'high', 4, timestamp '2026-03-05'),
    ('account', 'a', 'critical', 6, timestamp '2026-03-07'),
    ('account', 'b', 'high', 8, timestamp '2026-03-09'),
    ('account', 'x', 'high', 1, timestamp '2026-03-02'),
    ('cluster', 'main', 'high', 9, timestamp '2026-03-03'),
    ('cluster', 'main', 'critical', 12, timestamp '2026-03-05'),
    ('cluster', 'rest', 'critical', 2, timestamp '2026-03-02')
) as reached (entity_type, entity_id, risk_band, requests_before, first_reached_at)
"""


@pytest.fixture
def world(tmp_path: Path) -> Path:
    for name in ("truth", "logs", "warehouse"):
        (tmp_path / name).mkdir()
    with duckdb.connect() as connection:
        connection.execute(WORLD)
        for query, path in (
            ("from truth", "truth/accounts.parquet"),
            ("select request_id, account_id, is_extraction from log",
             "truth/requests.parquet"),
            ("select * exclude (is_extraction) from log", "logs/api_requests.parquet"),
        ):  # fmt: skip
            connection.execute(f"copy ({query}) to '{tmp_path / path}'")
    published = tmp_path / "warehouse" / "extraction_watch.duckdb"
    with duckdb.connect(str(published)) as connection:
        connection.execute(PUBLISHED)
    return tmp_path


def test_requests_before_of_campaign_accounts_only(world: Path) -> None:
    heads, _ = measure(world)
    assert [one.level for one in heads] == [1, 3]
    assert sorted(heads[0].before_high) == [4, 8, NEVER]
    assert sorted(heads[0].before_critical) == [6, NEVER, NEVER]
    assert heads[1].before_high == [NEVER]
    rows = [row.split(" | ") for row in heads_table(heads).splitlines()[2:]]
    assert rows[0] == ["| 1", "3", "67%", "4", "8", "6", "never |"]
    assert rows[1] == ["| 3", "1", "0%", "never", "never", "never", "never |"]


def test_the_cluster_of_most_accounts_speaks_for_a_campaign(world: Path) -> None:
    """Tokens are the extraction's: 8 of the 10 days, 3 accounts."""
    _, campaigns = measure(world)
    ash, elm = campaigns
    assert (ash.home_accounts, ash.accounts) == (2, 3)
    assert ash.high_at == "03-03 00:00"
    assert ash.share_before_high == pytest.approx(2 / 8)
    assert ash.share_before_critical == pytest.approx(4 / 8)
    assert elm.share_before_critical == NEVER
    assert elm.home_accounts == 0
    table = campaigns_table(campaigns).splitlines()
    assert table[2].endswith("| 03-03 00:00 | 25.0% | 03-05 00:00 | 50.0% |")
    assert table[-1] == "| median | 3 |  |  | never |  | never |"
