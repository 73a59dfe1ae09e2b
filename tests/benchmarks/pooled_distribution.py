"""From which share of a pool's traffic on the pooled distribution test sees its work.

    python -m tests.benchmarks.pooled_distribution [--seed 150] [--folder DIR]

One world is generated and run: four campaigns of 250 heads that mix nothing in, and
5,000 customers. Then pools are drawn. Each head of a draw sends up to 20 of its own
requests and as many requests of one customer who has no links as make up the share; the
project's own models judge them, with the baseline of the world. Random groups of
customers, each with its own requests, show what chance gives.
"""

import argparse
import re
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from extraction_watch.dbt_build import PROJECT
from tests.evaluation.builds import BuiltWorld, RunError, build
from tests.evaluation.markdown import replace_block, share, table
from tests.worlds.presets import ladder

PAGE = PROJECT / "docs" / "signals" / "pooled_distribution.md"
MIXES = (0.05, 0.1, 0.25, 1.0)
"""Shares of a pool's own work in its traffic."""
DRAWS = {10: 80, 50: 40, 200: 12}
"""Draws by the number of heads."""
HEAD_REQUESTS = 20
RUNGS = tuple((level, 0.0, 250) for level in range(4))
Generator = np.random.Generator
Rows = npt.NDArray[np.int64]


def main() -> int:
    """Print the table and put it into the signal's page."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=150)
    options.add_argument("--folder", type=Path, help="keeps the world and its build")
    chosen = options.parse_args()
    with TemporaryDirectory(prefix="pooled-") as temporary:
        folder = (chosen.folder or Path(temporary)).resolve()
        try:
            world = build("pooled", ladder(RUNGS, seed=chosen.seed), folder, True)
        except RunError as error:
            print(f"pooled_distribution: {error}", file=sys.stderr)
            return 1
        body = figures(world, np.random.default_rng(chosen.seed))
    print(body)
    PAGE.write_text(replace_block(PAGE.read_text("utf-8"), "pooled", body), "utf-8")
    return 0


def figures(world: BuiltWorld, rng: Generator) -> str:
    """Share of draws with a finding, by share of own work and number of heads."""
    sampler = Sampler(world, rng)
    values = {
        (mix, heads): sampler.values(mix, heads, draws)
        for mix, (heads, draws) in product(MIXES, DRAWS.items())
    }
    chance = {heads: sampler.values(0.0, heads, 300) for heads in DRAWS}
    rows = [
        (
            f"{round(100 * mix)}%",
            *(share(float(np.mean(values[mix, heads] > 0))) for heads in DRAWS),
            *(
                share(
                    float(
                        np.mean(values[mix, heads] > np.quantile(chance[heads], 0.99))
                    )
                )
                for heads in DRAWS
            ),
        )
        for mix in MIXES
    ]
    none = ("customers", *(share(float(np.mean(chance[h] > 0)), 3) for h in DRAWS))
    heads = (
        "own work",
        *(f"finding, {number} heads" for number in DRAWS),
        *(f"above 99% of chance, {number}" for number in DRAWS),
    )
    return table(heads, [*rows, (*none, *("0.010" for _ in DRAWS))])


class Sampler:
    """Draws pools from a finished world and lets the project's models judge them."""

    def __init__(self, world: BuiltWorld, rng: Generator) -> None:
        self.rng = rng
        work = world.folder / "warehouse" / "work"
        compiled = work / "target" / "run" / "extraction_watch" / "models"
        self.models = {
            name: _select((compiled / folder / f"{name}.sql").read_text("utf-8"))
            for folder, name in (
                ("accounts", "account_kinds"),
                ("signals", "signal__pooled_distribution"),
            )
        }
        self.memory = duckdb.connect(config={"threads": 2})
        database = work / "extraction_watch_work.duckdb"
        self.memory.execute(f"attach '{database}' as built (read_only)")
        for name in ("kind_baselines", "signal_weights"):
            self.memory.execute(f"create table {name} as from built.main.{name}")
        truth = world.folder / "truth" / "requests.parquet"
        self.memory.execute(
            """
            create table known_requests as
            select
                row_number() over () - 1 as number,
                requests.account_id,
                requests.capability,
                requests.input_tokens,
                requests.requested_at,
                truth.is_extraction,
                link_communities.account_id is not null as is_linked
            from built.main.requests as requests
            inner join (
                select request_id, is_extraction from read_parquet(?)
            ) as truth using (request_id)
            left join built.main.link_communities as link_communities
                using (account_id)
            """,
            [str(truth)],
        )
        self.heads = self._rows_by_account("is_extraction")
        self.customers = self._rows_by_account("not is_extraction and not is_linked")

    def _rows_by_account(self, condition: str) -> list[Rows]:
        rows = self.memory.execute(
            f"""
            select list(number) from known_requests
            where {condition} group by account_id having count(*) >= 10
            order by account_id
            """
        ).fetchall()
        return [np.array(row[0], dtype=np.int64) for row in rows]

    def values(self, mix: float, heads: int, draws: int) -> npt.NDArray[np.float64]:
        """`value` of each draw, 0 without a finding; groups of customers at mix 0."""
        accounts: list[npt.NDArray[np.int64]] = []
        numbers: list[Rows] = []
        for account in range(draws * heads):
            sent = self._sent(mix)
            numbers.append(sent)
            accounts.append(np.full(len(sent), account))
        drawn = {
            "account": np.concatenate(accounts),
            "number": np.concatenate(numbers),
        }
        self.memory.register("drawn", pa.table(drawn))
        self.memory.execute(
            """
            create or replace table requests as
            select
                cast(drawn.account as varchar) as account_id,
                known_requests.* exclude (account_id)
            from drawn inner join known_requests using (number)
            """
        )
        self.memory.execute(
            f"""
            create or replace table cluster_assignments as
            select
                cast(account as varchar) as account_id,
                cast(account // {heads} as varchar) as cluster_id
            from (select distinct account from drawn)
            """
        )
        for name, query in self.models.items():
            self.memory.execute(f"create or replace table {name} as {query}")
        found = self.memory.execute(
            "select entity_id, value from signal__pooled_distribution"
        ).fetchall()
        values = np.zeros(draws)
        values[[int(cluster) for cluster, _ in found]] = [value for _, value in found]
        return values

    def _sent(self, mix: float) -> Rows:
        """Rows that one account of a draw sends."""
        customer = self.customers[self.rng.integers(len(self.customers))]
        if mix == 0:
            return customer
        own = self.heads[self.rng.integers(len(self.heads))]
        own = self.rng.choice(own, min(HEAD_REQUESTS, len(own)), replace=False)
        cover = self.rng.choice(customer, round(len(own) * (1 - mix) / mix))
        return np.concatenate([own, cover])


def _select(run: str) -> str:
    """The query of a model that dbt ran, with tables by their names alone."""
    query = run[run.index(" as (") + len(" as (") : run.rindex(")")]
    return re.sub(r'"[^"]+"\."[^"]+"\."([^"]+)"', r"\1", query)


if __name__ == "__main__":
    sys.exit(main())
