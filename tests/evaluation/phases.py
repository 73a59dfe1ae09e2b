"""How many phases of campaigns are found, and how many where there are none.

`python -m tests.evaluation.phases --worlds 10` draws worlds of campaigns that change
their capabilities, their volume or their channel half-way, and of steady ones, and
prints a table. The accounts of each campaign are taken from the truth: what is judged
is the detection of changes, not that of clusters.
"""

import argparse
from collections import Counter
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from tests.worlds.config import CAPABILITIES, Campaign, Phase, WorldConfig
from tests.worlds.world import World, generate
from udfs.phase_changes import SERIES, phase_changes
from udfs.prompt_capability import prompt_capability

DAYS = 30
WARM_UP = 3
LIMITS = {"days_min": 3, "p_value_max": 0.01}
EFFECTS = {"volume": 1.5, "capability": 0.2, "channel": 0.2}
KINDS = ("steady", "steady", "steady", "capability", "volume", "drop", "channel")
# Whole days of each campaign's accounts, as models/phases/cluster_activity counts them.
ACTIVITY = """
    with requests as (
        select
            group_id,
            date_diff('day', date '1970-01-01', cast(requested_at as date)) as day,
            access_channel as channel,
            capability,
            'requests' as volume
        from sent
        inner join truth using (account_id)
        where is_extraction
    ),
    spans as (
        select group_id, min(day) as first_day, max(day) as last_day
        from requests
        group by group_id
    )
    select
        group_id,
        aspect,
        day,
        category,
        count(*) as requests,
        min(first_day) as first_day
    from (
        unpivot requests
        on volume, capability, channel
        into name aspect value category
    )
    inner join spans using (group_id)
    where day > first_day and day < last_day
    group by group_id, aspect, day, category
"""


def world_of(seed: int) -> WorldConfig:
    """Campaigns of all kinds; level, size, hours, bans and cover are drawn."""
    rng = np.random.default_rng([20261125, seed])
    campaigns = []
    for place, kind in enumerate(KINDS):
        level = int(rng.integers(0, 4))
        kinds = rng.choice(CAPABILITIES[:-1], 3, replace=False).tolist()
        accounts = int(rng.integers(12, 60))
        day = float(rng.integers(6, 18))
        phase = {
            "capability": Phase(day, capabilities=tuple(kinds[1:])),
            "volume": Phase(day, volume=float(rng.uniform(2, 4))),
            "drop": Phase(day, volume=float(rng.uniform(0.25, 0.5))),
            "channel": Phase(day, channel=str(rng.choice(["bedrock", "vertex"]))),
        }.get(kind)
        campaigns.append(
            Campaign(
                f"{kind}-{place}",
                level,
                accounts,
                accounts * int(rng.integers(40, 200)),
                tuple(kinds[:1] if kind == "capability" else kinds[:2]),
                start_day=1.0,
                mix_share=float(rng.choice([0.0, 0.0, 0.2, 0.4])),
                ban_rate=float(rng.uniform(0.003, 0.03)),
                text_share=0.8,
                phase=phase,
            )
        )
    return WorldConfig(seed=seed, population=100, days=DAYS, campaigns=tuple(campaigns))


def changes_of(world: World) -> list[tuple[str, str, int]]:
    """Campaign, aspect and day (since the world's begin) of each change found."""
    batches = []
    for batch in world.request_batches():
        prompts = pa.array(batch.column("prompt").to_pylist(), pa.string())
        sent = batch.select(["account_id", "requested_at", "access_channel"])
        batches.append(sent.append_column("capability", prompt_capability(prompts)))
    begin = (world.config.start.date() - date(1970, 1, 1)).days
    with duckdb.connect() as connection:
        connection.register("sent", pa.concat_tables(batches))
        connection.register("truth", world.truth_accounts)
        rows = connection.execute(ACTIVITY).fetchall()
    series: dict[tuple[str, str], list[dict[str, int]]] = {}
    numbers = {name: place for place, name in enumerate(sorted({r[3] for r in rows}))}
    for group, aspect, day, category, requests, first in rows:
        if aspect != "volume" or day > first + WARM_UP:
            cell = {"day_number": day, "category": numbers[category]}
            cells = series.setdefault((group, aspect), [])
            cells.append(cell | {"requests": requests})
    found = []
    for (group, aspect), cells in sorted(series.items()):
        one = LIMITS | {
            "cells": cells,
            "is_mix": aspect != "volume",
            "effect_min": EFFECTS[aspect],
        }
        (changes,) = phase_changes(pa.array([one], SERIES)).to_pylist()
        found += [(group, aspect, one["changed_day"] - begin) for one in changes]
    return found


def main() -> None:
    """Print how many true changes are found within a day, and how many false ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10)
    worlds = parser.parse_args().worlds
    counts: Counter[str] = Counter()
    false_days = []
    for seed in range(1, worlds + 1):
        config = world_of(seed)
        changes = changes_of(generate(config))
        for campaign in config.campaigns:
            kind = campaign.name.split("-")[0]
            own = [change[1:] for change in changes if change[0] == campaign.name]
            counts[kind] += 1
            if campaign.phase is not None:
                aspect = "volume" if kind == "drop" else kind
                day = int(campaign.start_day + campaign.phase.day)
                near = [one for one in own if abs(one[1] - day) < 2]
                aspects = {one[0] for one in near}
                counts[f"{kind} found"] += aspect in aspects
                # more work beside the same cover is another mix too
                counts[f"{kind} also"] += len(aspects - {aspect})
                own = [one for one in own if one not in near]
            counts[f"{kind} false"] += len(own)
            false_days += [(seed, campaign.name, *one) for one in own]
    for kind in sorted(set(KINDS)):
        print(
            f"{kind}: {counts[kind]} campaigns, {counts[f'{kind} found']} found, "
            f"{counts[f'{kind} also']} in another aspect too, "
            f"{counts[f'{kind} false']} false"
        )
    for one in false_days:
        print("false:", *one)


if __name__ == "__main__":
    main()
