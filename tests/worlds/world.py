"""Build a world: drafts of accounts and requests, then Arrow tables of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import md5

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tests.worlds.arrivals import DAY
from tests.worlds.benign import add_benign, add_common_ground
from tests.worlds.campaigns import add_campaign
from tests.worlds.clients import build_clients
from tests.worlds.config import WorldConfig
from tests.worlds.frame import MODELS, NONE, PATHWAYS, Accounts, Draft, Requests
from tests.worlds.hashing import Booleans, Strings, hex_strings, keyed
from tests.worlds.networks import COUNTRIES, address_strings, build_networks
from tests.worlds.rendering import Outcome, Renderer, draw_outcomes

_BATCH_ROWS = 200_000


@dataclass(frozen=True)
class World:
    """A finished world. Requests are in order of time and written batch by batch."""

    config: WorldConfig
    accounts: pa.Table
    enforcement_events: pa.Table
    model_releases: pa.Table
    truth_accounts: pa.Table
    truth_requests: pa.Table
    requests: Requests
    outcomes: Outcome
    renderer: Renderer

    def request_batches(self, rows: int = _BATCH_ROWS) -> Iterator[pa.Table]:
        """Render `api_requests` part by part; the parts do not depend on `rows`."""
        for first in range(0, len(self.requests), rows):
            part = np.arange(first, min(first + rows, len(self.requests)))
            yield self.renderer.render(
                self.requests.take(part), self.outcomes.take(part), first
            )

    @cached_property
    def api_requests(self) -> pa.Table:
        """All requests in one table, with the columns of the input contract."""
        return pa.concat_tables(self.request_batches())


def generate(config: WorldConfig) -> World:
    """Generate a world; the same configuration gives the same tables."""
    rng = np.random.default_rng([config.seed, 20260101])
    begin = _microseconds(config.start)
    release_day = (
        config.days * 0.55 if config.release_day is None else config.release_day
    )
    draft = Draft(
        config=config,
        rng=rng,
        networks=build_networks(),
        clients=build_clients(rng),
        begin=begin,
        end=begin + config.days * DAY,
        released_at=begin + int(release_day * DAY),
    )
    add_common_ground(draft)
    add_benign(draft)
    for campaign in config.campaigns:
        add_campaign(draft, campaign)
    accounts = Accounts.concat(draft.accounts)
    requests = Requests.concat(draft.requests)
    requests = requests.take(requests.at < draft.end)
    requests = requests.take(
        np.lexsort((requests.content, requests.account, requests.at))
    )
    account_ids = hex_strings(accounts.key, "acc_", 12)
    renderer = Renderer.of(draft, account_ids, accounts)
    outcomes = draw_outcomes(draft, requests)
    seen = np.zeros(len(accounts), dtype=bool)
    seen[requests.account] = True
    return World(
        config=config,
        accounts=_accounts_table(draft, accounts, account_ids),
        enforcement_events=_events_table(draft, account_ids),
        model_releases=_releases_table(draft),
        truth_accounts=_truth_accounts(draft, accounts, account_ids, seen),
        truth_requests=pa.table(
            {
                "request_id": renderer.request_ids(0, len(requests)),
                "account_id": account_ids.take(pa.array(requests.account)),
                "is_extraction": requests.is_extraction,
                "has_text": requests.has_text,
                "template_id": _template_ids(draft, requests),
            }
        ),
        requests=requests,
        outcomes=outcomes,
        renderer=renderer,
    )


def _microseconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp() * 1_000_000)


def _times(values: object) -> pa.Array:
    return pa.array(values, pa.int64()).cast(pa.timestamp("us"))


def _accounts_table(draft: Draft, accounts: Accounts, account_ids: Strings) -> pa.Table:
    payments = hex_strings(keyed(draft.config.seed, 71, accounts.payment), "pay_", 12)
    organizations = hex_strings(
        keyed(draft.config.seed, 73, accounts.organization), "org_", 10
    )
    null = pa.scalar(None, pa.string())
    return pa.table(
        {
            "account_id": account_ids,
            "organization_id": pc.if_else(
                accounts.organization == NONE, null, organizations
            ),
            "created_at": _times(accounts.created_at // 1_000_000 * 1_000_000),
            "email_domain": pa.array(draft.domains).take(pa.array(accounts.email)),
            "signup_ip": address_strings(accounts.signup_ip),
            "signup_country": pa.array(COUNTRIES).take(
                pa.array(accounts.signup_country)
            ),
            "access_pathway": pa.array(PATHWAYS).take(pa.array(accounts.pathway)),
            "payment_fingerprint": pc.if_else(accounts.payment == NONE, null, payments),
        }
    )


def _events_table(draft: Draft, account_ids: Strings) -> pa.Table:
    events = sorted(event for event in draft.events if event[1] < draft.end)
    events.sort(key=lambda event: (event[1], event[0], event[2]))
    return pa.table(
        {
            "account_id": account_ids.take(
                pa.array([e[0] for e in events], pa.int64())
            ),
            "occurred_at": _times([event[1] for event in events]),
            "action": pa.array([event[2] for event in events], pa.string()),
            "reason": pa.array([event[3] for event in events], pa.string()),
        }
    )


def _releases_table(draft: Draft) -> pa.Table:
    moments = [draft.begin - 400 * DAY, draft.begin - 220 * DAY, draft.released_at]
    return pa.table({"model": pa.array(MODELS), "released_at": _times(moments)})


def _template_ids(draft: Draft, requests: Requests) -> Strings:
    """Instruction that a prompt is built on, whatever its layout; null for none."""
    known = pa.array(
        [
            md5(skeleton.instruction.encode()).hexdigest()[:12]
            if skeleton.instruction
            else None
            for skeleton in draft.skeletons
        ],
        pa.string(),
    )
    there = pa.array(requests.has_text)
    return pc.if_else(there, known.take(pa.array(requests.skeleton)), None)


def _truth_accounts(
    draft: Draft, accounts: Accounts, account_ids: Strings, seen: Booleans
) -> pa.Table:
    """Only accounts with requests; the heir of one without follows the one before."""
    successor_of = accounts.successor_of.copy()
    for row in np.flatnonzero(successor_of != NONE):
        while successor_of[row] != NONE and not seen[successor_of[row]]:
            successor_of[row] = accounts.successor_of[successor_of[row]]
    rows = np.flatnonzero(seen)

    def named(names: list[str], numbers: object) -> pa.Array:
        indices = pa.array(numbers, pa.int64())
        return pa.array(names, pa.string()).take(
            pc.if_else(pc.less(indices, 0), pa.scalar(None, pa.int64()), indices)
        )

    levels = pa.array(accounts.level[rows], pa.int64())
    successors = pa.array(successor_of[rows], pa.int64())
    null = pa.scalar(None, pa.int64())
    return pa.table(
        {
            "account_id": account_ids.take(pa.array(rows)),
            "is_extraction": accounts.level[rows] != NONE,
            "group_id": named(draft.groups, accounts.group[rows]),
            "persona": named(draft.personas, accounts.persona[rows]),
            "level": pc.if_else(pc.less(levels, 0), null, levels),
            "successor_of": account_ids.take(
                pc.if_else(pc.less(successors, 0), null, successors)
            ),
            "pivots": accounts.pivots[rows],
        }
    )
