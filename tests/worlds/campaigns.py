"""Campaigns: a work list, the heads that share it, their bans and replacements."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tests.worlds.arrivals import DAY, HOUR, PROFILES, weekly_times
from tests.worlds.benign import NEVER, TOOL_NAMES, build_persona
from tests.worlds.clients import FRAMEWORK, HTTP, SDK
from tests.worlds.config import Campaign
from tests.worlds.frame import (
    CHANNELS,
    NEW_MODEL,
    NONE,
    PATHWAYS,
    THIRD_PARTY,
    Accounts,
    Draft,
    Requests,
)
from tests.worlds.hashing import Booleans, Floats, Integers, Unsigned, below, keyed
from tests.worlds.identities import LEVELS, Level
from tests.worlds.networks import HOME, HOSTING, addresses
from tests.worlds.personas import Persona
from tests.worlds.skeletons import (
    CAPABILITIES,
    write_system_prompt,
    write_variants,
)
from tests.worlds.streams import expand
from tests.worlds.vocabulary import LANGUAGES, REGISTERS, TOPIC_NAMES

_WAVE_SHARE = 0.25  # of the heads, banned within an hour of each other
_RETRY_SHARE = 0.02
# Customers of a reseller, whose traffic hides the extraction.
_RELAY = Persona(
    "relay_customer",
    0.0,
    1.0,
    device="end_users",
    devices=(3, 15),
    any_topic=0.8,
    is_multilingual=True,
    text=1.0,
    conversations=1.5,
    active=1.0,
    popular=0.03,
    templates=(1, 2),
    template_share=0.2,
    templated_accounts=0.5,
)
# A head that passes for one ordinary person.
_PERSON = replace(
    _RELAY, devices=(1, 2), any_topic=0.4, is_multilingual=False, active=0.8
)


@dataclass(frozen=True)
class _Heads:
    """One row per head, ordered by slot and time. A slot has one head after another."""

    slot: Integers
    start: Integers
    stop: Integers
    predecessor: Integers  # row of the head before it, or NONE
    is_banned: Booleans

    def at(self, slot: Integers, at: Integers) -> Integers:
        """The head of each slot at each time, NONE when it has none then."""
        first = int(self.start.min())
        span = int(self.stop.max()) - first + 1
        key = self.slot * span + (self.start - first)
        wanted = slot.astype(np.int64) * span + (at - first)
        row = np.searchsorted(key, wanted, side="right") - 1
        row = np.maximum(row, 0)
        is_live = (
            (self.slot[row] == slot) & (at >= self.start[row]) & (at < self.stop[row])
        )
        return np.where(is_live, row, NONE)


@dataclass(frozen=True)
class _Identity:
    """What the requests of each head look like from outside; one row per head."""

    account: Integers
    device: Integers
    exits: Integers  # shape (heads, exits per head): rows of the exits
    exit_network: Integers
    exit_key: Unsigned
    client: Integers
    channel: Integers
    system: Integers
    max_output: Integers
    temperature: Floats
    streaming: Integers
    gives_session: Booleans
    has_text: Booleans


def add_campaign(draft: Draft, campaign: Campaign) -> None:
    """Add a campaign's accounts, bans, extraction requests and innocent traffic."""
    level = LEVELS[campaign.level]
    begin = draft.begin + int(campaign.start_day * DAY)
    end = draft.end
    if campaign.days is not None:
        end = min(end, begin + int(campaign.days * DAY))
    if end <= begin:
        raise ValueError(f"campaign {campaign.name} starts after the log's end")
    heads = _draw_heads(draft, campaign, level, begin, end)
    identity = _draw_identities(draft, campaign, level, heads)
    work = _extraction_requests(draft, campaign, level, heads, identity, begin, end)
    draft.requests.append(work)
    mix = level.mix_share if campaign.mix_share is None else campaign.mix_share
    if mix > 0:
        cover = _innocent_requests(draft, campaign, level, heads, identity, mix)
        draft.requests.append(cover)


def _draw_heads(
    draft: Draft, campaign: Campaign, level: Level, begin: int, end: int
) -> _Heads:
    """Heads by slot: banned singly or in waves, replaced after a while."""
    rng = draft.rng
    days = (end - begin) / DAY
    waves = rng.poisson(days * campaign.ban_rate * 0.5 / _WAVE_SHARE)
    wave_at = np.sort(
        begin + (rng.uniform(0.1, 1, waves) * (end - begin)).astype(np.int64)
    )
    hit = rng.random((waves, campaign.accounts)) < _WAVE_SHARE
    stagger = min(1.0 if campaign.level <= 1 else 5.0, 0.3 * days) * DAY
    rows: list[tuple[int, int, int, int, bool]] = []
    for slot in range(campaign.accounts):
        start = begin + int(rng.random() * stagger)
        predecessor = NONE
        while start < end - HOUR:
            alone = rng.exponential(2 / max(campaign.ban_rate, 1e-9)) * DAY
            bans = [start + int(max(alone, 2 * HOUR))]
            bans += [
                int(at + rng.random() * HOUR)
                for at in wave_at[hit[:, slot]]
                if at > start + 2 * HOUR
            ]
            stop = min(*bans, end)
            rows.append((slot, start, stop, predecessor, stop < end))
            predecessor = len(rows) - 1
            delay = rng.lognormal(np.log(campaign.replacement_hours), 0.9)
            start = stop + int(delay * HOUR)
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return _Heads(columns[0], columns[1], columns[2], columns[3], columns[4])


def _draw_identities(
    draft: Draft, campaign: Campaign, level: Level, heads: _Heads
) -> _Identity:
    """Register the heads' accounts and draw what they show."""
    rng, total = draft.rng, len(heads.slot)
    number = draft.number("campaign")
    keeps = (
        (heads.predecessor != NONE)
        & (level.passes_identity and campaign.hands_on)
        & (rng.random(total) < 0.85)
    )

    def inherit(own: Integers) -> Integers:
        """A head that takes over its slot has what the head before it had."""
        kept = own.copy()
        for row in np.flatnonzero(keeps):
            kept[row] = kept[heads.predecessor[row]]
        return kept

    device_number = {0: np.arange(total)}.get(
        level.heads_per_device, heads.slot // max(level.heads_per_device, 1)
    )
    if level.heads_per_device:
        # Shared devices stay when a head goes, unless it is the head's alone.
        is_own = level.heads_per_device == 1
        renewed = np.where(keeps | (not is_own), 0, np.arange(total) + 1)
        device_number = device_number * 100_003 + (renewed if is_own else 0)
    device_number = inherit(device_number)
    device = (
        keyed(draft.config.seed, 41, number, device_number) >> np.uint64(2)
    ).astype(np.int64)
    gives_device = rng.random(campaign.accounts)[heads.slot] < level.gives_device
    exits, exit_network, exit_key = _draw_exits(draft, campaign, level, heads, inherit)

    clients = np.concatenate(
        [
            draft.clients.draw(rng, kind, max(1, level.clients // 3 + 1))
            for kind in (SDK, HTTP, FRAMEWORK)
        ]
    )
    clients = rng.permutation(clients)[: level.clients]
    client = clients[rng.integers(0, len(clients), campaign.accounts)][heads.slot]
    own_style = rng.random(campaign.accounts) < level.own_style
    # The campaign's own value but for the slots with a style of their own.
    limits = np.array([1024, 2048, 4096, 8192, NONE])
    limit = limits[_styles(rng, len(limits), own_style)]
    temperatures = np.array([0.0, 0.3, 0.6, 0.7, 1.0, np.nan])
    temperature = temperatures[_styles(rng, len(temperatures), own_style)]
    system = np.full(campaign.accounts, NONE)
    if rng.random() < 0.5:
        text = write_system_prompt(rng, "a helpful assistant", int(rng.integers(1, 4)))
        system[:] = draft.add_system(text)
    for slot in np.flatnonzero(own_style):
        text = write_system_prompt(rng, "an assistant", int(rng.integers(1, 6)))
        system[slot] = draft.add_system(text) if rng.random() < 0.6 else NONE
    streaming = rng.choice([0, 1, NONE], campaign.accounts)
    channel = rng.choice(len(CHANNELS), total, p=level.channels)
    first = _register_accounts(
        draft, campaign, level, heads, exits, exit_network, exit_key
    )
    text_slots = (
        rng.permutation(campaign.accounts) < campaign.text_share * campaign.accounts
    )
    return _Identity(
        account=np.arange(first, first + total),
        device=np.where(gives_device, device, NONE),
        exits=exits,
        exit_network=exit_network,
        exit_key=exit_key,
        client=client,
        channel=channel,
        system=system[heads.slot],
        max_output=limit[heads.slot],
        temperature=temperature[heads.slot],
        streaming=np.where(own_style, streaming, streaming[0])[heads.slot],
        gives_session=(rng.random(campaign.accounts) < 0.4)[heads.slot],
        has_text=text_slots[heads.slot] & ~THIRD_PARTY[channel],
    )


def _styles(rng: np.random.Generator, choices: int, own_style: Booleans) -> Integers:
    """One choice for all slots but those with a style of their own."""
    own = rng.integers(0, choices, len(own_style))
    return np.where(own_style, own, rng.integers(choices))


def _draw_exits(
    draft: Draft,
    campaign: Campaign,
    level: Level,
    heads: _Heads,
    inherit: Callable[[Integers], Integers],
) -> tuple[Integers, Integers, Unsigned]:
    """Exits of each head, and the network and address key of each exit."""
    rng, total = draft.rng, len(heads.slot)
    if level.heads_per_exit < 1:  # exits of their own
        own = np.arange(total) * level.exits_per_head
        exits = inherit(own)[:, None] + np.arange(level.exits_per_head)
        borrowed = rng.random(total) < level.exit_reuse
        exits[borrowed, -1] = exits[rng.integers(0, total, int(borrowed.sum())), 0]
        size = total * level.exits_per_head
    else:
        size = max(level.exits_per_head, int(campaign.accounts / level.heads_per_exit))
        own = rng.integers(0, size, (campaign.accounts, level.exits_per_head))
        exits = own[heads.slot]
        moved = (heads.predecessor != NONE) & (rng.random(total) < 0.3)
        exits[moved] = rng.integers(0, size, (int(moved.sum()), level.exits_per_head))
    kinds = rng.choice(level.exit_kinds, size)
    countries = rng.integers(0, 10, size if campaign.level >= 2 else 1)
    home = draft.networks.draw(rng, HOME, np.resize(countries, size))
    clouds = draft.networks.of(HOSTING)
    if campaign.level <= 1:
        clouds = rng.permutation(clouds)[:2]
    network = np.where(kinds == "home", home, rng.choice(clouds, size))
    key = keyed(draft.config.seed, 43, draft.number("exit", size) + np.arange(size))
    return exits, network, key


def _register_accounts(
    draft: Draft,
    campaign: Campaign,
    level: Level,
    heads: _Heads,
    exits: Integers,
    exit_network: Integers,
    exit_key: Unsigned,
) -> int:
    """Add the accounts and their bans; return the first account's index."""
    rng, total = draft.rng, len(heads.slot)
    if "extraction" not in draft.personas:
        draft.personas.append("extraction")
    is_aged = rng.random(total) < level.aged_share
    age = rng.uniform(40, 600, total) * DAY
    # Fresh heads are registered shortly before use, the first ones together.
    fresh = rng.exponential(3 if campaign.level == 0 else 20, total) * HOUR
    fresh = np.where(
        heads.predecessor != NONE, rng.exponential(1.0, total) * HOUR, fresh
    )
    banned_at = np.where(heads.predecessor != NONE, heads.stop[heads.predecessor], 0)
    created = heads.start - np.where(is_aged, age, fresh).astype(np.int64)
    created = np.where(~is_aged, np.maximum(created, banned_at), created)

    payer = {0: np.arange(total)}.get(
        level.heads_per_payment, heads.slot // max(level.heads_per_payment, 1)
    )
    if level.heads_per_payment:
        renewed = (heads.predecessor != NONE) & (rng.random(total) < 0.4)
        payer = np.where(renewed, total + np.arange(total), payer)
    payment = draft.number("payment", 2 * total) + payer
    payment = np.where(rng.random(total) < level.no_payment, NONE, payment)
    organization = draft.number("organization", 2 * total) + payer
    has_organization = rng.random(total) < 0.5
    domain = draft.rng.integers(0, draft.number("mail_provider", 0), total)
    if campaign.level <= 1:
        own = draft.add_domain(f"{campaign.name.replace('_', '-')}.example.net")
        domain = np.where(rng.random(total) < 0.7, own, domain)
    first_exit = exits[:, 0]
    group = draft.add_group(campaign.name)
    accounts = Accounts(
        key=keyed(draft.config.seed, 47, group, np.arange(total)),
        organization=np.where(has_organization, organization, NONE),
        created_at=created,
        email=domain,
        signup_ip=addresses(
            draft.networks, exit_network[first_exit], keyed(exit_key[first_exit], 0)
        ),
        signup_country=draft.networks.country[exit_network[first_exit]],
        pathway=rng.choice(len(PATHWAYS), total, p=level.pathways),
        payment=payment,
        persona=np.full(total, draft.personas.index("extraction")),
        group=np.full(total, group),
        level=np.full(total, campaign.level),
        successor_of=np.where(
            heads.predecessor != NONE,
            draft.number("account", 0) + heads.predecessor,
            NONE,
        ),
        pivots=np.full(total, campaign.pivots),
    )
    first = draft.add_accounts(accounts)
    for row in np.flatnonzero(heads.is_banned).tolist():
        draft.events.append((first + row, int(heads.stop[row]), "banned", "abuse"))
    return first


def _dispatch_times(
    draft: Draft, campaign: Campaign, level: Level, begin: int, end: int
) -> Integers:
    """When the work list's items are sent, in order."""
    rng = draft.rng
    profile = PROFILES.index(campaign.hours or level.hours)
    count = campaign.requests

    def draw(size: int) -> Integers:
        ones = np.ones(size, dtype=np.int64)
        return weekly_times(
            rng,
            begin * ones,
            end * ones,
            profile * ones,
            campaign.time_zone * ones,
            np.full(size, 0.9),
            ones * (1_000_003 + len(draft.groups)),
        )

    if not level.has_jobs:
        return np.sort(draw(count))
    jobs = max(4, int((end - begin) / DAY * 2.5))
    job_at = draw(jobs)
    hours = rng.lognormal(np.log(3), 0.6, jobs)
    job = rng.choice(jobs, count, p=hours / hours.sum())
    length = np.minimum(hours * HOUR, end - job_at)
    return np.sort(job_at[job] + (rng.random(count) * length[job]).astype(np.int64))


def _extraction_requests(
    draft: Draft,
    campaign: Campaign,
    level: Level,
    heads: _Heads,
    identity: _Identity,
    begin: int,
    end: int,
) -> Requests:
    """Send each item of the work list once, through the heads that live then."""
    rng, slots = draft.rng, campaign.accounts
    at = _dispatch_times(draft, campaign, level, begin, end)
    weight = rng.lognormal(0, level.evenness, slots)
    weight /= weight.sum()
    # The least recently used head is next; who hides more leaves more to chance.
    slot = (np.arange(len(at)) + rng.integers(0, 3, len(at))) % slots
    if level.evenness > 0.05:
        slot = rng.choice(slots, len(at), p=weight)
    head = heads.at(slot, at)
    for _ in range(30):
        lost = np.flatnonzero(head == NONE)
        if len(lost) == 0:
            break
        slot[lost] = rng.choice(slots, len(lost), p=weight)
        head[lost] = heads.at(slot[lost], at[lost])
    found = head != NONE
    at, head, slot = at[found], head[found], slot[found]
    total = len(at)

    skeleton_of, capability_of = _campaign_skeletons(draft, campaign, level)
    own_style = level.own_style >= 0.8
    pick = rng.integers(0, len(skeleton_of), total)
    if own_style:  # each head keeps to a few layouts
        pick = below(keyed(slot, rng.integers(0, 2, total), 51), len(skeleton_of))
    skeleton = skeleton_of[pick]
    kinds = [CAPABILITIES[name] for name in campaign.capabilities]
    kind = capability_of[pick]
    is_sliced = level.is_sliced if campaign.is_sliced is None else campaign.is_sliced
    topics = rng.permutation(len(TOPIC_NAMES))[: int(rng.integers(4, 17))]
    slice_key = heads.slot[head] if campaign.hands_on else head
    spread = below(keyed(slice_key, rng.integers(0, 2, total), 53), len(topics))
    topic = topics[spread if is_sliced else rng.integers(0, len(topics), total)]
    lengths = np.array([one.sentences for one in kinds]) * rng.lognormal(0, 0.3)
    sentences = np.ceil(lengths[kind] * rng.lognormal(-0.2, 0.6, total))
    is_agentic = np.array([name == "agentic_tools" for name in campaign.capabilities])[
        kind
    ]
    tools = draft.add_tools(sorted(rng.choice(TOOL_NAMES, 5, replace=False).tolist()))
    languages = np.array([LANGUAGES.index(name) for name in campaign.languages])
    main_register = np.array([REGISTERS.index(one.slots[0][1]) for one in kinds])
    content = draft.fresh_contents(total)
    is_benchmark = np.array([name == "benchmark" for name in campaign.capabilities])[
        kind
    ]
    # Public test questions, the ones that laboratories use too, each of them once.
    items = rng.permutation(900)[: int(is_benchmark.sum())]
    rows = np.flatnonzero(is_benchmark)[: len(items)]
    content[rows] = keyed(keyed(draft.config.seed, 77), items, 9)
    ip, network = _exit_addresses(draft, identity, head, at)
    is_new = _uses_new_model(draft, campaign, at)
    requests = Requests.compact(
        account=identity.account[head],
        at=at,
        is_extraction=np.ones(total, dtype=bool),
        content=content,
        language=languages[rng.integers(0, len(languages), total)],
        topic=topic,
        register=main_register[kind],
        sentences=np.clip(sentences, 1, 60).astype(np.int64),
        skeleton=skeleton,
        system=identity.system[head],
        tools=np.where(is_agentic, tools, NONE),
        turn=np.where(
            is_agentic, rng.geometric(0.3, total) - 1, rng.random(total) < 0.03
        ),
        session=np.where(
            identity.gives_session[head],
            draft.number("session", total) + np.arange(total),
            NONE,
        ),
        device=identity.device[head],
        api_key=_head_keys(identity, head),
        channel=identity.channel[head],
        model=np.where(is_new, NEW_MODEL, 1),
        ip=ip,
        network=network,
        client=identity.client[head],
        has_text=identity.has_text[head],
        output_median=np.array([float(one.output_tokens) for one in kinds])[kind],
        reasoning_share=np.array([one.reasoning_share for one in kinds])[kind],
        max_output=identity.max_output[head],
        temperature=identity.temperature[head],
        streaming=identity.streaming[head],
        error_rate=np.full(total, 0.01),
    )
    # Shared items have the length and wording that they have for everybody.
    shared = requests.content[rows]
    requests.sentences[rows] = 1 + below(shared, 4)
    requests.register[rows] = below(keyed(shared, 1), 2)
    requests.topic[rows] = below(keyed(shared, 2), len(TOPIC_NAMES))
    requests.language[rows] = 0
    return _with_retries(draft, heads, identity, slot, requests)


def _with_retries(
    draft: Draft, heads: _Heads, identity: _Identity, slot: Integers, requests: Requests
) -> Requests:
    """Send some requests again, seconds after they failed."""
    rng = draft.rng
    rows = np.flatnonzero(rng.random(len(requests)) < _RETRY_SHARE)
    at = requests.at[rows] + (rng.uniform(2, 90, len(rows)) * 1e6).astype(np.int64)
    head = heads.at(slot[rows], at)
    rows, at, head = rows[head != NONE], at[head != NONE], head[head != NONE]
    requests.error_rate[rows] = 1.0
    again = requests.take(rows)
    again = replace(
        again, at=at, account=identity.account[head], error_rate=np.zeros(len(rows))
    )
    return Requests.concat([requests, again])


def _campaign_skeletons(
    draft: Draft, campaign: Campaign, level: Level
) -> tuple[Integers, Integers]:
    """Indices of the campaign's skeletons and the capability (by position) of each."""
    rng = draft.rng
    skeletons: list[int] = []
    capability: list[int] = []
    for place in range(max(campaign.skeletons, len(campaign.capabilities))):
        which = place % len(campaign.capabilities)
        language = str(rng.choice(campaign.languages))
        variants = write_variants(
            campaign.capabilities[which], level.variants, rng, language
        )
        first = draft.add_skeletons(variants)
        skeletons += range(first, first + len(variants))
        capability += [which] * len(variants)
    return np.array(skeletons), np.array(capability)


def _exit_addresses(
    draft: Draft, identity: _Identity, head: Integers, at: Integers
) -> tuple[Integers, Integers]:
    width = identity.exits.shape[1]
    exit_row = identity.exits[head, below(keyed(head, at // (5 * HOUR), 57), width)]
    network = identity.exit_network[exit_row]
    key = keyed(identity.exit_key[exit_row], 0)
    return addresses(draft.networks, network, key), network


def _head_keys(identity: _Identity, head: Integers) -> Integers:
    return (keyed(identity.account[head], 61) >> np.uint64(2)).astype(np.int64)


def _uses_new_model(draft: Draft, campaign: Campaign, at: Integers) -> Booleans:
    """A pivoting campaign moves half of its traffic within a day, others slowly."""
    days = (at - draft.released_at) / DAY
    share = np.clip(days / 60, 0, 0.25)
    if campaign.pivots:
        share = np.clip(days, 0, 1) * 0.5 + np.clip((days - 1) / 10, 0, 0.3)
    is_new: Booleans = (days > 0) & (draft.rng.random(len(at)) < share)
    return is_new


def _innocent_requests(
    draft: Draft,
    campaign: Campaign,
    level: Level,
    heads: _Heads,
    identity: _Identity,
    mix: float,
) -> Requests:
    """What the heads carry besides: a reseller's customers, or one person's use."""
    rng, slots = draft.rng, campaign.accounts
    persona = _PERSON if campaign.level >= 4 else _RELAY
    _, streams = build_persona(draft, persona, np.ones(slots, dtype=np.int64))
    life = np.zeros(slots)
    np.add.at(life, heads.slot, (heads.stop - heads.start).astype(np.float64))
    # Not every head carries the same mixture.
    share = np.clip(rng.normal(mix, 0.12 * min(1.0, 4 * (1 - mix)), slots), 0.0, 0.92)
    wanted = share / (1 - share)
    wanted *= campaign.requests / slots * mix / (1 - mix) / wanted.mean()
    start = np.full(slots, heads.stop.max())
    np.minimum.at(start, heads.slot, heads.start)
    end = np.full(slots, int(heads.stop.max()))
    span = (end - start).astype(np.float64)
    # Some arrive while the slot has no head and are lost.
    counts = rng.poisson(wanted * span / np.maximum(life, 1.0))
    streams = replace(
        streams,
        count=np.maximum(counts, 1),
        begin=start,
        end=end,
        account=np.arange(slots),
        model=np.ones(slots, dtype=np.int64),
        adopts_at=np.where(rng.random(slots) < 0.4, streams.adopts_at, NEVER),
    )
    cover = expand(draft, streams)
    head = heads.at(cover.account, cover.at)
    live = head != NONE
    cover, head = cover.take(live), head[live]
    ip, network = _exit_addresses(draft, identity, head, cover.at)
    # Some relays keep the device ids of their customers, others write one for all.
    keeps_devices = persona is _RELAY and rng.random() < 0.5
    return replace(
        cover,
        account=identity.account[head],
        ip=ip,
        network=network,
        client=identity.client[head],
        channel=identity.channel[head],
        device=cover.device if keeps_devices else identity.device[head],
        api_key=_head_keys(identity, head),
        has_text=identity.has_text[head],
        streaming=identity.streaming[head],
    )
