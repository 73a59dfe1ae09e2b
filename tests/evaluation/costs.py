"""What an operator pays for a level of evasion, counted in its campaigns' logs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb

from tests.evaluation.builds import BuiltWorld
from tests.evaluation.ladder import Rung, mean_recall
from tests.evaluation.markdown import share, table

_QUERY = """
select
    truth.group_id as campaign,
    count(distinct truth.account_id) as accounts,
    count(distinct accounts.payment_fingerprint) as payments,
    count(distinct requests.client_ip) filter (labels.is_extraction) as exits,
    count(distinct requests.client_device_id) filter (labels.is_extraction) as devices,
    count(distinct (truth.account_id, requests.requested_at::date)) as account_days,
    coalesce(sum(requests.output_tokens) filter (labels.is_extraction), 0) as taken,
    coalesce(sum(requests.output_tokens), 0) as tokens
from read_parquet($labels) as labels
inner join read_parquet($requests) as requests using (request_id)
inner join read_parquet($truth) as truth on labels.account_id = truth.account_id
left join read_parquet($accounts) as accounts on truth.account_id = accounts.account_id
where truth.is_extraction
group by truth.group_id
"""


@dataclass(frozen=True)
class Cost:
    """Counts of one campaign; exits, devices and `taken` are of its extraction."""

    level: int
    mix: float
    heads: int  # accounts at a time
    accounts: int
    payments: int
    exits: int
    devices: int
    account_days: int  # days on which an account sent something
    taken: int  # output tokens of the extraction
    tokens: int  # output tokens in all


def costs(world: BuiltWorld) -> list[Cost]:
    """What each campaign of a ladder's world used."""
    paths = {
        "labels": str(world.folder / "truth" / "requests.parquet"),
        "truth": str(world.folder / "truth" / "accounts.parquet"),
        "requests": str(world.logs / "api_requests.parquet"),
        "accounts": str(world.logs / "accounts.parquet"),
    }
    rows = duckdb.connect().execute(_QUERY, paths).fetchall()
    used = {row[0]: [int(value) for value in row[1:]] for row in rows}
    return [
        Cost(
            one.level,
            one.mix_share or 0.0,
            one.accounts,
            *used[one.name],
        )
        for one in world.config.campaigns
    ]


def cost_table(costs: Sequence[Cost], rungs: Sequence[Rung]) -> str:
    """By level: what 100 heads use up, what they take a day, what is found of them."""
    rows = []
    for level, group in groupby(sorted(costs, key=_level), key=_level):
        some = list(group)
        heads = sum(one.heads for one in some)
        days = sum(one.account_days for one in some)
        used = [
            f"{100 * sum(counts) / heads:.0f}"
            for counts in (
                [one.accounts for one in some],
                [one.payments for one in some],
                [one.exits for one in some],
                [one.devices for one in some],
            )
        ]
        taken = f"{sum(one.taken for one in some) / days:,.0f}"
        rows.append((str(level), *used, taken, share(mean_recall(rungs, level))))
    columns = ("accounts", "payments", "exits", "devices", "tokens an account and day")
    return table(("level", *columns, "recall@fpr0.1%"), rows)


def mix_table(costs: Sequence[Cost]) -> str:
    """By mixing: what an account takes a day, and what it has to pay for besides."""
    rows = []
    for mix, group in groupby(sorted(costs, key=_mix), key=_mix):
        some = list(group)
        days = sum(one.account_days for one in some)
        taken = sum(one.taken for one in some)
        tokens = sum(one.tokens for one in some)
        rows.append(
            (
                f"{mix:.0%}",
                f"{taken / days:,.0f}",
                f"{tokens / days:,.0f}",
                f"{(tokens - taken) / taken:.1f}",
            )
        )
    heads = ("taken an account and day", "all an account and day", "carried per taken")
    return table(("mixed in", *heads), rows)


def _level(cost: Cost) -> int:
    return cost.level


def _mix(cost: Cost) -> float:
    return cost.mix
