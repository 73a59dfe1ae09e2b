"""Campaigns: a work list, the heads that share it, their bans and replacements."""

from dataclasses import dataclass, replace

import numpy as np

from tests.worlds.arrivals import DAY, HOUR, PROFILES, week_weights
from tests.worlds.benign import NEVER, TOOL_NAMES, build_persona
from tests.worlds.clients import FRAMEWORK, HTTP, SDK
from tests.worlds.config import Campaign, Phase
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
from tests.worlds.hashing import (
    Booleans,
    Floats,
    Integers,
    Unsigned,
    below,
    keyed,
    unit,
)
from tests.worlds.identities import LEVELS, Level, Range
from tests.worlds.networks import HOME, HOSTING, addresses
from tests.worlds.personas import APP_BUILDER, PERSON
from tests.worlds.skeletons import (
    CAPABILITIES,
    with_examples,
    write_system_prompt,
    write_variants,
)
from tests.worlds.streams import expand
from tests.worlds.text import first_words
from tests.worlds.vocabulary import LANGUAGES, REGISTERS, TOPIC_NAMES

_WAVE_SHARE = 0.25  # of the heads, banned within an hour of each other
_RETRY_SHARE = 0.02
PLAIN = "plain_instructions"
_DISPATCHER_SHARE = 0.5  # of the campaigns, one that moves requests between heads
_MOVED_SHARE = 0.03  # of the innocent traffic, by such a dispatcher
# The innocent traffic is that of a small product, or of one person.
_PRODUCT = replace(APP_BUILDER, name="cover_product")
_PERSON = replace(PERSON, name="cover_person", active=0.8)


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
class _Manner:
    """What one operator decided; drawn once per campaign."""

    begin: int
    work_end: int
    end: int  # of the heads; their customers may stay when the work is done
    ramp: float  # microseconds
    replacement_hours: float
    mix: float
    has_products: bool  # the innocent traffic is that of products
    mix_spread: float
    hands_on: bool
    exit_heirs: float
    device_heirs: float
    client_heirs: float
    style_heirs: float
    unevenness: float
    jitter: float
    has_jobs: bool
    hours: str
    days_off: float
    is_sliced: bool
    gives_device: float
    gives_session: float
    third_party: float
    text: float
    length: float  # factor
    length_spread: float
    has_examples: bool  # worked examples stand before the instructions
    output: float  # factor
    reasoning: float  # factor


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
    manner = _draw_manner(draft, campaign, level)
    heads = _draw_heads(draft, campaign, manner)
    identity = _draw_identities(draft, campaign, level, manner, heads)
    work = _extraction_requests(draft, campaign, level, manner, heads, identity)
    draft.requests.append(work)
    if manner.mix > 0:
        cover = _innocent_requests(draft, campaign, manner, heads, identity)
        draft.requests.append(cover)


def _draw_manner(draft: Draft, campaign: Campaign, level: Level) -> _Manner:
    """Draw from the level's ranges what the campaign itself leaves open."""
    rng = draft.rng

    def between(bounds: Range) -> float:
        return float(rng.uniform(*bounds))

    def about(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    begin = draft.begin + int(campaign.start_day * DAY)
    work_end = draft.end
    if campaign.days is not None:
        work_end = min(work_end, begin + int(campaign.days * DAY))
    if work_end <= begin:
        raise ValueError(f"campaign {campaign.name} starts after the log's end")
    ramp = about(2, 72) if campaign.ramp_hours is None else campaign.ramp_hours
    delay, mix, text = (
        campaign.replacement_hours,
        campaign.mix_share,
        between(level.text),
    )
    mix = level.mix_share if mix is None else mix
    stays = mix >= 0.25 and rng.random() < 0.75
    sliced, cover, in_jobs = campaign.is_sliced, campaign.cover, campaign.in_jobs
    if cover is None:
        is_people = campaign.level == 4 or rng.random() < 0.1
        cover = "people" if is_people else "products"
    hands_on = rng.random() < 0.7 if campaign.hands_on is None else campaign.hands_on
    return _Manner(
        begin=begin,
        work_end=work_end,
        end=draft.end if stays else work_end,
        ramp=min(ramp * HOUR, 0.3 * (work_end - begin)),
        replacement_hours=about(1.5, 16) if delay is None else delay,
        mix=mix,
        has_products=cover == "products",
        mix_spread=between((0.4, 1.1)),
        hands_on=hands_on,
        exit_heirs=between((0.4, 1.0)),
        device_heirs=between(level.device_heirs),
        client_heirs=between((0.8, 1.0)),
        style_heirs=between(level.style_heirs),
        unevenness=between(level.unevenness),
        jitter=about(*level.jitter),
        has_jobs=rng.random() < level.jobs if in_jobs is None else in_jobs,
        hours=str(rng.choice(level.hours))
        if campaign.hours is None
        else campaign.hours,
        days_off=float(rng.choice([0.0, 0.0, 0.1])),
        is_sliced=rng.random() < level.slices if sliced is None else sliced,
        gives_device=between(level.gives_device),
        gives_session=between((0.1, 0.9)),
        third_party=between(level.third_party),
        text=text if campaign.text_share is None else campaign.text_share,
        length=float(rng.lognormal(0, 0.7)),
        length_spread=between((0.1, 0.9)),
        has_examples=rng.random() < 0.3,
        output=float(rng.lognormal(0, 0.4)),
        reasoning=between((0.0, 1.5)),
    )


def _draw_heads(draft: Draft, campaign: Campaign, manner: _Manner) -> _Heads:
    """Heads by slot: banned singly or in waves, replaced after a while."""
    rng = draft.rng
    begin, end = manner.begin, manner.end
    days = (end - begin) / DAY
    waves = rng.poisson(days * campaign.ban_rate * 0.5 / _WAVE_SHARE)
    wave_at = np.sort(
        begin + (rng.uniform(0.1, 1, waves) * (end - begin)).astype(np.int64)
    )
    hit = rng.random((waves, campaign.accounts)) < _WAVE_SHARE
    rows: list[tuple[int, int, int, int, bool]] = []
    for slot in range(campaign.accounts):
        start = begin + int(rng.random() * manner.ramp)
        predecessor = NONE
        while start < manner.work_end - HOUR:
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
            delay = rng.lognormal(np.log(manner.replacement_hours), 0.7)
            start = stop + int(delay * HOUR)
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return _Heads(columns[0], columns[1], columns[2], columns[3], columns[4])


def _draw_identities(
    draft: Draft, campaign: Campaign, level: Level, manner: _Manner, heads: _Heads
) -> _Identity:
    """Register the heads' accounts and draw what they show."""
    rng, total = draft.rng, len(heads.slot)
    number = draft.number("campaign")
    is_heir = heads.predecessor != NONE

    def heirs(share: float) -> Booleans:
        """Heads that take over something from the one before them."""
        found: Booleans = is_heir & manner.hands_on & (rng.random(total) < share)
        return found

    # Rows of the heads from which client and parameters come.
    client_of = _inherit(heads, np.arange(total), heirs(manner.client_heirs))
    style_of = _inherit(heads, np.arange(total), heirs(manner.style_heirs))
    keeps = heirs(manner.device_heirs)
    device_number = {0: np.arange(total)}.get(
        level.heads_per_device, heads.slot // max(level.heads_per_device, 1)
    )
    if level.heads_per_device:
        # Shared devices stay when a head goes, unless it is the head's alone.
        is_own = level.heads_per_device == 1
        renewed = np.where(keeps | (not is_own), 0, np.arange(total) + 1)
        device_number = device_number * 100_003 + (renewed if is_own else 0)
    device_number = _inherit(heads, device_number, keeps)
    device = (
        keyed(draft.config.seed, 41, number, device_number) >> np.uint64(2)
    ).astype(np.int64)
    gives_device = rng.random(campaign.accounts)[heads.slot] < manner.gives_device
    exits, exit_network, exit_key = _draw_exits(
        draft, campaign, level, heads, heirs(manner.exit_heirs)
    )

    clients = np.concatenate(
        [
            draft.clients.draw(rng, kind, max(1, level.clients // 3 + 1))
            for kind in (SDK, HTTP, FRAMEWORK)
        ]
    )
    clients = rng.permutation(clients)[: level.clients]
    client = clients[rng.integers(0, len(clients), total)][client_of]
    own_style = rng.random(total) < level.own_style
    # The campaign's own value but for the heads with a style of their own.
    limits = np.array([1024, 2048, 4096, 8192, NONE])
    limit = limits[_styles(rng, len(limits), own_style)]
    temperatures = np.array([0.0, 0.3, 0.6, 0.7, 1.0, np.nan])
    temperature = temperatures[_styles(rng, len(temperatures), own_style)]
    system = np.full(total, NONE)
    if rng.random() < 0.5:
        text = write_system_prompt(rng, "a helpful assistant", int(rng.integers(1, 4)))
        system[:] = draft.add_system(text)
    for row in np.flatnonzero(own_style):
        text = write_system_prompt(rng, "an assistant", int(rng.integers(1, 6)))
        system[row] = draft.add_system(text) if rng.random() < 0.6 else NONE
    streaming = rng.choice([0, 1, NONE], total)
    third = manner.third_party
    clouds = rng.dirichlet([1.5, 1.5, 1.5]) * third
    channel = rng.choice(
        len(CHANNELS), total, p=[1 - third - level.web, level.web, *clouds]
    )[style_of]
    first = _register_accounts(
        draft, campaign, level, heads, exits, exit_network, exit_key
    )
    has_text = rng.permutation(total) < manner.text * total
    return _Identity(
        account=np.arange(first, first + total),
        device=np.where(gives_device, device, NONE),
        exits=exits,
        exit_network=exit_network,
        exit_key=exit_key,
        client=client,
        channel=channel,
        system=system[style_of],
        max_output=limit[style_of],
        temperature=temperature[style_of],
        streaming=np.where(own_style, streaming, streaming[0])[style_of],
        gives_session=(rng.random(total) < manner.gives_session)[client_of],
        has_text=has_text & ~THIRD_PARTY[channel],
    )


def _inherit(heads: _Heads, own: Integers, keeps: Booleans) -> Integers:
    """What each head has: its own, or what the head before it had."""
    kept = own.copy()
    for row in np.flatnonzero(keeps):
        kept[row] = kept[heads.predecessor[row]]
    return kept


def _styles(rng: np.random.Generator, choices: int, own_style: Booleans) -> Integers:
    """One choice for all slots but those with a style of their own."""
    own = rng.integers(0, choices, len(own_style))
    return np.where(own_style, own, rng.integers(choices))


def _draw_exits(
    draft: Draft,
    campaign: Campaign,
    level: Level,
    heads: _Heads,
    keeps: Booleans,
) -> tuple[Integers, Integers, Unsigned]:
    """Exits of each head, and the network and address key of each exit."""
    rng, total = draft.rng, len(heads.slot)
    if level.heads_per_exit < 1:  # exits of their own
        own = np.arange(total) * level.exits_per_head
        exits = _inherit(heads, own, keeps)[:, None] + np.arange(level.exits_per_head)
        borrowed = rng.random(total) < level.exit_reuse
        exits[borrowed, -1] = exits[rng.integers(0, total, int(borrowed.sum())), 0]
        size = total * level.exits_per_head
    else:
        size = max(level.exits_per_head, int(campaign.accounts / level.heads_per_exit))
        own = rng.integers(0, size, (campaign.accounts, level.exits_per_head))
        exits = own[heads.slot]
        moved = (heads.predecessor != NONE) & ~keeps
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


def _work_curve(
    draft: Draft, manner: _Manner, zone: int, phase: Phase | None
) -> tuple[Floats, Floats]:
    """How much of the work is done by when: times, and a share that rises to 1."""
    rng = draft.rng
    steps = max(2, (manner.work_end - manner.begin) // (HOUR // 4))
    edges = np.linspace(manner.begin, manner.work_end, steps + 1)
    local = (edges[:-1] + zone * HOUR).astype(np.int64)
    rate = week_weights(PROFILES.index(manner.hours), local)
    rate = rate * rng.lognormal(0, 0.2, steps)
    if phase is not None:
        rate[edges[:-1] >= manner.begin + phase.day * DAY] *= phase.volume
    day = (local - local[0]) // DAY
    is_off = rng.random(int(day.max()) + 1) < manner.days_off
    rate[is_off[day]] *= 0.02
    if manner.has_jobs:
        days = (manner.work_end - manner.begin) / DAY
        begin = rng.random(max(3, int(2.5 * days))) * steps
        length = rng.lognormal(np.log(5), 0.6, len(begin)) * 4
        place = np.arange(steps)[:, None]
        rate[~((place >= begin) & (place < begin + length)).any(axis=1)] *= 0.01
    done = np.concatenate([[0.0], np.cumsum(rate)])
    return edges, done / done[-1]


def _dispatch(
    draft: Draft, campaign: Campaign, manner: _Manner, heads: _Heads
) -> tuple[Integers, Integers]:
    """Slot and time of each item: equal shares from a head's first hour to the end."""
    rng, slots = draft.rng, campaign.accounts
    weight = rng.lognormal(0, manner.unevenness, slots)
    total = np.cumsum(rng.permutation(weight / weight.sum())) * campaign.requests
    shares = np.diff(np.round(np.concatenate([[0.0], total]))).astype(np.int64)
    slot = np.repeat(np.arange(slots), shares)
    place = np.arange(len(slot)) - np.repeat(np.cumsum(shares) - shares, shares)
    # Slots take turns, but not all at the same instant, and not to the second; the
    # first item is sent when the head begins.
    noise = rng.random(slots)[slot] + manner.jitter * (rng.random(len(slot)) - 0.5)
    quantile = ((place + noise) / shares[slot]) % 1.0
    edges, done = _work_curve(draft, manner, campaign.time_zone, campaign.phase)
    begin = np.full(slots, manner.work_end)
    np.minimum.at(begin, heads.slot, heads.start)
    first = np.interp(begin, edges, done)[slot]
    sent = np.interp(first + quantile * (1 - first), done, edges)
    sent = np.where(place == 0, begin[slot] + rng.random(len(slot)) * HOUR / 2, sent)
    order = np.argsort(sent, kind="stable")
    return slot[order], sent[order].astype(np.int64)


def _extraction_requests(
    draft: Draft,
    campaign: Campaign,
    level: Level,
    manner: _Manner,
    heads: _Heads,
    identity: _Identity,
) -> Requests:
    """Send each item of the work list once, through the heads that live then."""
    rng, slots = draft.rng, campaign.accounts
    slot, at = _dispatch(draft, campaign, manner, heads)
    head = heads.at(slot, at)
    # What a banned head leaves undone goes to the others.
    for _ in range(30):
        lost = np.flatnonzero(head == NONE)
        if len(lost) == 0:
            break
        slot[lost] = rng.integers(0, slots, len(lost))
        head[lost] = heads.at(slot[lost], at[lost])
    found = head != NONE
    at, head, slot = at[found], head[found], slot[found]
    total = len(at)

    skeleton_of, capability_of = _campaign_skeletons(draft, campaign, level, manner)
    own_style = level.own_style >= 0.8
    pick = rng.integers(0, len(skeleton_of), total)
    if own_style:  # each head keeps to a few layouts
        pick = below(keyed(slot, rng.integers(0, 2, total), 51), len(skeleton_of))
    phase = campaign.phase
    is_late = np.zeros(total, dtype=bool)
    if phase is not None:
        is_late = at >= manner.begin + int(phase.day * DAY)
        if phase.capabilities:
            follows = capability_of >= len(campaign.capabilities)
            for rows, own in ((is_late, follows), (~is_late, ~follows)):
                places = np.flatnonzero(own)
                pick[rows] = places[pick[rows] % len(places)]
    skeleton = skeleton_of[pick]
    kinds = [CAPABILITIES[name] for name in campaign.all_capabilities]
    kind = capability_of[pick]
    breadth = int(rng.integers(4, 17))
    if PLAIN in campaign.all_capabilities:
        breadth = len(TOPIC_NAMES)
    topics = rng.permutation(len(TOPIC_NAMES))[:breadth]
    slice_key = heads.slot[head] if manner.hands_on else head
    spread = below(keyed(slice_key, rng.integers(0, 2, total), 53), len(topics))
    topic = topics[spread if manner.is_sliced else rng.integers(0, len(topics), total)]
    lengths = np.array([one.sentences for one in kinds]) * manner.length
    sentences = np.ceil(
        lengths[kind] * rng.lognormal(-0.2, manner.length_spread, total)
    )
    is_agentic = np.array(
        [name == "agentic_tools" for name in campaign.all_capabilities]
    )[kind]
    tools = draft.add_tools(sorted(rng.choice(TOOL_NAMES, 5, replace=False).tolist()))
    languages = np.array([LANGUAGES.index(name) for name in campaign.languages])
    main_register = np.array([REGISTERS.index(one.slots[0][1]) for one in kinds])
    content = draft.fresh_contents(total)
    if manner.is_sliced and PLAIN in campaign.all_capabilities:
        # A list that is sorted before it is cut: neighbours begin with the same word.
        words = first_words(draft.config.seed, content, REGISTERS.index("instruction"))
        content[np.argsort(slice_key, kind="stable")] = content[
            np.argsort(words, kind="stable")
        ]
    is_benchmark = np.array(
        [name == "benchmark" for name in campaign.all_capabilities]
    )[kind]
    # Public test questions, the ones that laboratories use too, each of them once.
    items = rng.permutation(900)[: int(is_benchmark.sum())]
    rows = np.flatnonzero(is_benchmark)[: len(items)]
    content[rows] = keyed(keyed(draft.config.seed, 77), items, 9)
    ip, network = _exit_addresses(draft, identity, head, at)
    is_new = _uses_new_model(draft, campaign, at)
    channel = identity.channel[head]
    if phase is not None and phase.channel is not None:
        channel = np.where(is_late, CHANNELS.index(phase.channel), channel)
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
        channel=channel,
        model=np.where(is_new, NEW_MODEL, 1),
        ip=ip,
        network=network,
        client=identity.client[head],
        has_text=identity.has_text[head],
        output_median=np.array([one.output_tokens for one in kinds])[kind]
        * manner.output,
        reasoning_share=np.minimum(
            np.array([one.reasoning_share for one in kinds])[kind] * manner.reasoning,
            0.9,
        ),
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
    head = _dispatched(draft, heads, identity, slot[rows], at, 1.0)
    rows, at, head = rows[head != NONE], at[head != NONE], head[head != NONE]
    requests.error_rate[rows] = 1.0
    again = requests.take(rows)
    again = replace(
        again, at=at, account=identity.account[head], error_rate=np.zeros(len(rows))
    )
    return Requests.concat([requests, again])


def _dispatched(
    draft: Draft,
    heads: _Heads,
    identity: _Identity,
    slot: Integers,
    at: Integers,
    share: float,
) -> Integers:
    """The head of each slot or, for a share of them, of another if it has a head."""
    own = heads.at(slot, at)
    seed = draft.config.seed
    if unit(keyed(seed, 91, identity.account[:1]))[0] >= _DISPATCHER_SHARE:
        return own
    other = heads.at(below(keyed(seed, 92, slot, at), int(heads.slot.max()) + 1), at)
    is_moved = (unit(keyed(seed, 93, slot, at)) < share) & (other != NONE)
    return np.where(is_moved, other, own)


def _campaign_skeletons(
    draft: Draft, campaign: Campaign, level: Level, manner: _Manner
) -> tuple[Integers, Integers]:
    """Indices of the campaign's skeletons and the capability (by position) of each."""
    rng = draft.rng
    skeletons: list[int] = []
    capability: list[int] = []
    capabilities = campaign.all_capabilities
    for place in range(max(campaign.skeletons, len(capabilities))):
        which = place % len(capabilities)
        language = str(rng.choice(campaign.languages))
        variants = write_variants(capabilities[which], level.variants, rng, language)
        if manner.has_examples and variants[0].capability != PLAIN:
            variants = with_examples(variants, draft.config.seed, rng)
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
    manner: _Manner,
    heads: _Heads,
    identity: _Identity,
) -> Requests:
    """What the heads carry besides: a small product each, or one person's use.

    The customers follow a slot from head to head, or each head has its own.
    """
    rng, mix = draft.rng, manner.mix
    owner_of = heads.slot if manner.hands_on else np.arange(len(heads.slot))
    owners = int(owner_of.max()) + 1
    persona = _PRODUCT if manner.has_products else _PERSON
    _, streams = build_persona(draft, persona, np.ones(owners, dtype=np.int64))
    life = np.zeros(owners)
    np.add.at(life, owner_of, (heads.stop - heads.start).astype(np.float64))
    start, end = np.full(owners, manner.end), np.zeros(owners, dtype=np.int64)
    np.minimum.at(start, owner_of, heads.start)
    np.maximum.at(end, owner_of, heads.stop)
    # Some heads carry far more than others.
    wanted = rng.lognormal(0, manner.mix_spread, owners) * life
    wanted *= campaign.requests * mix / (1 - mix) / wanted.sum()
    # Some arrive while the slot has no head and are lost.
    counts = rng.poisson(wanted * (end - start) / np.maximum(life, 1.0))
    streams = replace(
        streams,
        count=np.maximum(counts, 1),
        begin=start,
        end=end,
        account=np.arange(owners),
        model=np.ones(owners, dtype=np.int64),
        adopts_at=np.where(rng.random(owners) < 0.4, streams.adopts_at, NEVER),
    )
    cover = expand(draft, streams)
    if manner.hands_on:
        head = _dispatched(
            draft, heads, identity, cover.account, cover.at, _MOVED_SHARE
        )
    else:
        head = cover.account.astype(np.int64)
    live = head != NONE
    cover, head = cover.take(live), head[live]
    ip, network = _exit_addresses(draft, identity, head, cover.at)
    # Some relays keep the device ids of their customers, others write one for all.
    keeps_devices = manner.has_products and rng.random() < 0.5
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
        max_output=identity.max_output[head],
        temperature=identity.temperature[head],
        streaming=identity.streaming[head],
    )
