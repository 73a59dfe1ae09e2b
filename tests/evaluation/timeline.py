"""How early the product speaks: back-tests of worlds that nothing was fitted on.

`python -m tests.evaluation.timeline --step 1h` prints, per level of evasion, after how
many requests a campaign's account is `high`, and how much of a campaign's tokens is
taken before its cluster is `critical`. What never happens counts as infinite.
"""

import argparse
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from extraction_watch.dbt_build import PROJECT
from tests.evaluation.builds import RunError
from tests.evaluation.markdown import table
from tests.worlds.config import Campaign, WorldConfig
from tests.worlds.world import generate
from tests.worlds.writing import write

NEVER = float("inf")
# Campaigns work from the second day to the last: 30 days.
TIMELINE_WORLDS = (
    WorldConfig(
        seed=400,
        population=1500,
        days=31,
        campaigns=(
            Campaign("aspen", 1, 30, 3600, ("chain_of_thought",)),
            Campaign("beech", 1, 50, 6000, ("coding", "agentic_tools"), pivots=True),
            Campaign("cherry", 3, 30, 3600, ("explain_answer",)),
            Campaign(
                "damson", 3, 50, 6000, ("data_analysis", "rubric_grading"), pivots=True
            ),
        ),
    ),
    WorldConfig(
        seed=401,
        population=1500,
        days=31,
        campaigns=(
            Campaign("ebony", 1, 40, 4800, ("pairwise_judging",), pivots=True),
            Campaign("fig", 1, 25, 3000, ("instruction_evolution",)),
            Campaign("ginkgo", 3, 40, 4800, ("safe_rewriting",), pivots=True),
            Campaign("hazel", 3, 25, 3000, ("benchmark", "coding")),
        ),
    ),
)

# Per account of a campaign: requests before each band.
_ACCOUNTS = """
select
    accounts.level,
    accounts.group_id,
    high.requests_before as before_high,
    critical.requests_before as before_critical
from read_parquet($accounts) as accounts
left join detection_timeline as high
    on
        high.entity_type = 'account'
        and high.risk_band = 'high'
        and accounts.account_id = high.entity_id
left join detection_timeline as critical
    on
        critical.entity_type = 'account'
        and critical.risk_band = 'critical'
        and accounts.account_id = critical.entity_id
where accounts.is_extraction
"""

# Per campaign: the cluster that holds most of its accounts, and the campaign's own
# output tokens in all and before that cluster was high and critical.
_CAMPAIGNS = """
with homes as (
    select truth.group_id, truth.level, members.cluster_id, count(*) as accounts
    from read_parquet($accounts) as truth
    inner join cluster_members as members using (account_id)
    where truth.is_extraction
    group by truth.group_id, truth.level, members.cluster_id
    qualify row_number() over (
        partition by truth.group_id order by count(*) desc, members.cluster_id
    ) = 1
),
campaigns as (
    select group_id, level, count(*) as accounts
    from read_parquet($accounts)
    where is_extraction
    group by all
),
taken as (
    select truth.group_id, requests.requested_at, requests.output_tokens
    from read_parquet($requests) as labels
    inner join read_parquet($accounts) as truth using (account_id)
    inner join read_parquet($log) as requests using (request_id)
    where labels.is_extraction
)
select
    campaigns.group_id,
    campaigns.level,
    campaigns.accounts,
    coalesce(any_value(homes.accounts), 0) as home_accounts,
    any_value(high.first_reached_at) as high_at,
    any_value(critical.first_reached_at) as critical_at,
    sum(taken.output_tokens) filter (
        taken.requested_at < high.first_reached_at
    ) / sum(taken.output_tokens) as share_before_high,
    sum(taken.output_tokens) filter (
        taken.requested_at < critical.first_reached_at
    ) / sum(taken.output_tokens) as share_before_critical
from campaigns
inner join taken using (group_id)
left join homes using (group_id)
left join detection_timeline as high
    on
        high.entity_type = 'cluster'
        and high.risk_band = 'high'
        and homes.cluster_id = high.entity_id
left join detection_timeline as critical
    on
        critical.entity_type = 'cluster'
        and critical.risk_band = 'critical'
        and homes.cluster_id = critical.entity_id
group by campaigns.group_id, campaigns.level, campaigns.accounts
order by campaigns.level, campaigns.group_id
"""


@dataclass(frozen=True)
class Heads:
    """Accounts of campaigns of one level: requests of each before two bands."""

    level: int
    before_high: list[float]
    before_critical: list[float]


@dataclass(frozen=True)
class CampaignTimeline:
    """A campaign, the accounts that its cluster holds, and when that was told.

    Shares are of the campaign's output tokens; infinite where it was never told.
    """

    name: str
    level: int
    accounts: int
    home_accounts: int
    high_at: str
    critical_at: str
    share_before_high: float
    share_before_critical: float


def measure(folder: Path) -> tuple[list[Heads], list[CampaignTimeline]]:
    """Compare the published timeline of a world with its truth."""
    paths = {
        "accounts": str(folder / "truth" / "accounts.parquet"),
        "requests": str(folder / "truth" / "requests.parquet"),
        "log": str(folder / "logs" / "api_requests.parquet"),
    }
    database = folder / "warehouse" / "extraction_watch.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        accounts = connection.execute(
            _ACCOUNTS, {"accounts": paths["accounts"]}
        ).fetchall()
        campaigns = connection.execute(_CAMPAIGNS, paths).fetchall()
    heads = [
        Heads(
            level,
            [_or_never(high) for at, _, high, _ in accounts if at == level],
            [_or_never(critical) for at, _, _, critical in accounts if at == level],
        )
        for level in sorted({level for level, *_ in accounts})
    ]
    return heads, [
        CampaignTimeline(
            *(name, level, size, home),
            *(_moment(high_at), _moment(critical_at)),
            *(_or_never(high), _or_never(critical)),
        )
        for name, level, size, home, high_at, critical_at, high, critical in campaigns
    ]


def _or_never(value: float | None) -> float:
    return NEVER if value is None else float(value)


def _moment(value: object) -> str:
    return "never" if value is None else f"{value:%m-%d %H:%M}"


def replay(config: WorldConfig, folder: Path, step: str, reuse: bool) -> float:
    """Generate a world below `folder` and back-test it; returns seconds per step.

    With `reuse` a finished back-test is taken as it is; then they are not known.
    Raises RunError.
    """
    if reuse and (folder / "warehouse" / "extraction_watch.duckdb").exists():
        return float("nan")
    shutil.rmtree(folder, ignore_errors=True)
    write(generate(config), folder)
    command = [sys.executable, "-m", "extraction_watch", "backtest", "--step", step]
    command += ["--logs", str(folder / "logs")]
    command += ["--warehouse", str(folder / "warehouse")]
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        lines: list[str] = []
        for line in process.stdout or ():
            lines.append(line)
            print(line, end="", file=sys.stderr, flush=True)
    if process.returncode:
        raise RunError("".join(lines[-20:]))
    seconds = re.findall(r"([\d.]+) s per step", "".join(lines))
    return float(seconds[-1])


def heads_table(heads: list[Heads]) -> str:
    """Per level: how many accounts ever are high, and after how many requests."""
    rows = []
    for level in sorted({one.level for one in heads}):
        high = [n for one in heads if one.level == level for n in one.before_high]
        critical = [
            n for one in heads if one.level == level for n in one.before_critical
        ]
        rows.append(
            (
                str(level),
                str(len(high)),
                f"{np.mean(np.isfinite(high)):.0%}",
                *(_number(np.quantile(high, q, method="lower")) for q in (0.25, 0.5)),
                _number(float(np.median([n for n in high if n < NEVER] or [NEVER]))),
                _number(np.quantile(critical, 0.5, method="lower")),
            )
        )
    return table(
        (
            *("level", "accounts", "ever high", "lower quartile", "median"),
            *("median of those", "median before critical"),
        ),
        rows,
    )


def campaigns_table(campaigns: list[CampaignTimeline]) -> str:
    """One row per campaign, and the medians per level."""
    rows = [
        (
            *(one.name, str(one.level), f"{one.home_accounts} of {one.accounts}"),
            *(one.high_at, _share(one.share_before_high)),
            *(one.critical_at, _share(one.share_before_critical)),
        )
        for one in campaigns
    ]
    for level in sorted({one.level for one in campaigns}):
        ours = [one for one in campaigns if one.level == level]
        rows.append(
            (
                *("median", str(level), "", ""),
                _share(float(np.median([one.share_before_high for one in ours]))),
                "",
                _share(float(np.median([one.share_before_critical for one in ours]))),
            )
        )
    return table(
        (
            *("campaign", "level", "accounts in its cluster"),
            *("high", "tokens before"),
            *("critical", "tokens before"),
        ),
        rows,
    )


def _number(value: float) -> str:
    return "never" if value == NEVER else f"{value:.0f}"


def _share(value: float) -> str:
    return f"{value:.1%}" if value < NEVER else "never"


def main() -> int:
    """Back-test the worlds and print the figures."""
    options = argparse.ArgumentParser(
        prog="python -m tests.evaluation.timeline", description=__doc__
    )
    options.add_argument("--step", default="1h", help="1h, 6h or 1d")
    options.add_argument(
        "--worlds",
        type=int,
        default=len(TIMELINE_WORLDS),
        help="how many of them to replay",
    )
    options.add_argument("--folder", type=Path, help="keeps worlds and warehouses")
    options.add_argument(
        "--reuse", action="store_true", help="take finished back-tests as they are"
    )
    chosen = options.parse_args()
    heads: list[Heads] = []
    campaigns: list[CampaignTimeline] = []
    with TemporaryDirectory() as temporary:
        for config in TIMELINE_WORLDS[: chosen.worlds]:
            folder = (chosen.folder or Path(temporary)) / f"world-{config.seed}"
            seconds = replay(config, folder, chosen.step, chosen.reuse)
            print(f"world {config.seed}: {seconds:.2f} s per step", flush=True)
            some_heads, some_campaigns = measure(folder)
            heads += some_heads
            campaigns += some_campaigns
    print(f"\n{heads_table(heads)}\n\n{campaigns_table(campaigns)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
