"""Accounts and streams of the benign personas."""

from dataclasses import replace

import numpy as np

from tests.worlds.arrivals import DAY, HOUR, PROFILES
from tests.worlds.clients import AGENT, BROWSER, FRAMEWORK, HTTP, SDK
from tests.worlds.config import WorldConfig
from tests.worlds.frame import (
    CHANNELS,
    NONE,
    PATHWAYS,
    THIRD_PARTY,
    Accounts,
    Draft,
)
from tests.worlds.hashing import Floats, Integers, Unsigned, keyed, unit
from tests.worlds.networks import (
    COUNTRIES,
    HOME,
    HOSTING,
    MOBILE,
    SITE,
    TIME_ZONES,
    VPN,
    addresses,
    country_language,
)
from tests.worlds.personas import PERSONAS, Persona
from tests.worlds.skeletons import (
    with_examples,
    write_skeleton,
    write_system_prompt,
    write_wishes,
)
from tests.worlds.streams import (
    BY_BURST,
    CONSTANT_DEVICE,
    END_USERS,
    FOLLOW_UP,
    GROUP_DEVICE,
    NULL_DEVICE,
    OWN_DEVICE,
    Streams,
    expand,
)
from tests.worlds.vocabulary import LANGUAGES, REGISTERS, TOPIC_NAMES

NEVER = 2**62
AGENT_TOOLS = ["read_file", "edit_file", "run_command", "search_code", "list_files"]
TOOL_NAMES = (
    "web_search",
    "get_weather",
    "query_database",
    "send_email",
    "create_ticket",
    "lookup_order",
    "calculator",
    "fetch_url",
    "calendar_events",
    "translate",
    "vector_search",
    "run_python",
    "read_document",
    "update_record",
    "book_slot",
    "render_chart",
)
_COUNTRY_SHARES = np.array([30, 14, 8, 8, 7, 6, 5, 6, 5, 4, 4, 3], dtype=np.float64)
_TOKEN_LIMITS = np.array([256, 512, 1024, 2000, 2048, 4096, 8192, 16000])
_TEMPERATURES = np.array([0.0, 0.2, 0.3, 0.5, 0.7, 0.7, 1.0, 1.0])


def add_common_ground(draft: Draft) -> None:
    """Popular templates, short wishes and mail providers that everybody shares."""
    rng = draft.rng
    capabilities = [
        capability for persona in PERSONAS for capability in persona.capabilities
    ]
    templates = [write_skeleton(str(rng.choice(capabilities)), rng) for _ in range(150)]
    first = draft.add_skeletons(templates)
    draft.popular = np.arange(first, first + len(templates))
    wishes = write_wishes(500, rng)
    first = draft.add_skeletons(wishes)
    draft.wishes = np.arange(first, first + len(wishes))
    for name in (
        "mail.example.com",
        "inbox.example.com",
        "post.example.org",
        "letters.example.net",
        "relay.example.com",
        "box.example.org",
    ):
        draft.add_domain(name)
    draft.number("mail_provider", len(draft.domains))


def add_benign(draft: Draft) -> None:
    """Add every persona's accounts and requests, the errors of enforcement included."""
    counts = persona_sizes(draft.config)
    for persona in PERSONAS:
        sizes = group_sizes(draft, persona, counts[persona.name])
        accounts, streams = build_persona(draft, persona, sizes)
        first = draft.add_accounts(accounts)
        streams = replace(streams, account=streams.account + first)
        if persona.name == "mover":
            streams = move_accounts(draft, first, len(accounts), streams)
        else:
            streams = end_some(draft, streams)
        if persona.key_days[1]:
            add_rotations(draft, streams)
        draft.requests.append(expand(draft, streams))


def persona_sizes(config: WorldConfig) -> dict[str, int]:
    """Accounts of each persona; what is left of the population is quiet."""
    sizes = {
        persona.name: max(
            persona.group[0],
            persona.cohort[0],
            round(persona.share * config.population * config.hard_cases),
        )
        for persona in PERSONAS
        if persona.share
    }
    scale = min(1.0, config.population * 0.6 / sum(sizes.values()))
    if scale < 1.0:
        sizes = {
            persona.name: max(
                min(persona.group[0], 12), 2, int(sizes[persona.name] * scale)
            )
            for persona in PERSONAS
            if persona.share
        }
    sizes["quiet"] = max(10, config.population - sum(sizes.values()))
    return sizes


def group_sizes(draft: Draft, persona: Persona, count: int) -> Integers:
    """Split a persona's accounts into groups of its usual size."""
    if persona.group[1] == 1:
        return np.ones(count, dtype=np.int64)
    if persona.name == "mover":
        return np.full(max(1, count // 2), 2)
    return _sizes(draft.rng, persona.group, count)


def _sizes(rng: np.random.Generator, bounds: tuple[int, int], count: int) -> Integers:
    """Sizes between the bounds that sum to `count`; the last one may be out of them."""
    low, high = bounds
    sizes: list[int] = []
    while (left := count - sum(sizes)) > 0:
        size = int(rng.integers(low, high + 1))
        sizes.append(left if left < size + low else size)
    return np.array(sizes)


def build_persona(
    draft: Draft, persona: Persona, sizes: Integers
) -> tuple[Accounts, Streams]:
    """Draw accounts in groups of the given sizes and one stream for each.

    The streams count accounts from 0.
    """
    rng, config = draft.rng, draft.config
    groups, total = len(sizes), int(sizes.sum())
    group = np.repeat(np.arange(groups), sizes)
    is_grouped = persona.group[1] > 1
    persona_number = len(draft.personas)
    draft.personas.append(persona.name)
    world = config.seed
    key = keyed(world, 1, persona_number, np.arange(total))
    group_key = keyed(world, 2, persona_number, group)
    group_number = np.full(total, NONE)
    if is_grouped:
        first_group = len(draft.groups)
        for place in range(groups):
            draft.add_group(f"{persona.name}-{place + 1}")
        group_number = first_group + group

    country = rng.choice(
        len(COUNTRIES),
        groups if is_grouped else total,
        p=_COUNTRY_SHARES / _COUNTRY_SHARES.sum(),
    )
    country = country[group] if is_grouped else country
    zone = np.array(TIME_ZONES)[country]
    cohort = _cohorts(draft, persona, total)
    begin, end, created = _lives(draft, persona, group, cohort, total)

    network, address_key, span, days = _main_network(
        draft, persona, country, key, group_key
    )
    exits = draft.networks.of(VPN)
    other = np.where(
        rng.random(total) < 0.75,
        draft.networks.draw(rng, MOBILE, country),
        exits[rng.integers(0, len(exits), total)],
    )
    channel = rng.choice(len(CHANNELS), total, p=persona.channels)
    counts, has_own = _counts(draft, persona, begin, end), _Has(rng, total)
    own_first, own_count = _templates(
        draft, persona, group if is_grouped else None, country
    )
    template_share = np.where(
        has_own(persona.templated_accounts) & (own_count > 0),
        persona.template_share,
        0.0,
    )
    is_any_organization = persona.one_organization
    organization = _organizations(draft, is_any_organization, group, total)
    payment = _payments(draft, persona, group, total)
    providers = rng.integers(0, draft.number("mail_provider", 0), total)
    email = providers
    if is_any_organization or persona.name == "campus":
        base = len(draft.domains)
        for place in range(groups):
            ending = "net" if place % 2 else "org"
            draft.add_domain(
                f"{persona.name.replace('_', '-')}{place}.example.{ending}"
            )
        email = base + group
    accounts = Accounts(
        key=keyed(key, 21),
        organization=organization,
        created_at=created,
        email=email,
        signup_ip=addresses(draft.networks, network, keyed(address_key, 0, 11)),
        signup_country=country,
        pathway=np.full(total, PATHWAYS.index(persona.pathway)),
        payment=payment,
        persona=np.full(total, persona_number),
        group=group_number,
        level=np.full(total, NONE),
        successor_of=np.full(total, NONE),
        pivots=np.zeros(total, dtype=bool),
    )
    # Half of the cohorts begin with the same starter kit.
    kit_owner = np.where(
        unit(keyed(world, 3, persona_number, cohort)) < 0.5,
        np.searchsorted(cohort, cohort),
        np.arange(total),
    )
    is_steady = rng.random(total) < persona.steady
    active = np.clip(persona.active ** rng.lognormal(-0.15, 0.4, total), 0.06, 1)
    conversations = 1 + (persona.conversations - 1) * rng.lognormal(0, 0.4, total)
    weights = np.array(persona.registers)
    code = REGISTERS.index("code")
    follow = code if persona.client == "agent" else FOLLOW_UP
    language = np.array([LANGUAGES.index(country_language(int(c))) for c in country])
    if persona.is_multilingual:
        language = rng.integers(0, len(LANGUAGES), total)
    language = np.where(rng.random(total) < 0.35, 0, language)
    pool_key = (
        np.broadcast_to(keyed(world, 77), total)
        if persona.pool_of == "benchmarks"
        else group_key
    )
    streams = Streams(
        account=np.arange(total),
        key=key,
        group_key=group_key,
        count=counts,
        begin=begin,
        end=end,
        profile=_profiles(rng, persona, total),
        zone=zone + rng.integers(-1, 2, total),
        active_share=np.where(is_steady, 1.0, active),
        turns=np.where(is_steady, 1.0, _turns(rng, persona, total)),
        conversations=np.where(is_steady, 1.0, conversations),
        gap_seconds=persona.gap * rng.lognormal(0, 0.5, total),
        at_once=np.full(total, persona.born in ("together", "launch")),
        language=language,
        any_language=rng.random(total) * persona.is_multilingual,
        topic=_topics(rng, persona, group, groups, total),
        any_topic=np.full(total, persona.any_topic),
        registers=np.tile(np.cumsum(weights) / weights.sum(), (total, 1)),
        follow_register=np.full(total, follow),
        sentences=persona.sentences * rng.lognormal(0, 0.9, total),
        length_spread=rng.uniform(*persona.length_spread, total),
        own_first=own_first,
        own_count=own_count,
        own_share=template_share,
        popular_share=persona.popular * rng.uniform(0.3, 1.7, total),
        wish_share=persona.wish * rng.uniform(0.3, 1.7, total),
        pool_key=pool_key,
        pool_size=np.full(total, persona.pool_size),
        pool_share=persona.pool * rng.uniform(0.7, 1.03, total),
        system=_systems(draft, persona, group, groups, total),
        tools=_tools(draft, persona, groups, group, total),
        output_median=persona.output
        * rng.lognormal(0, 0.8, total)
        * np.where(template_share >= 0.9, -1.0, 1.0),
        reasoning_share=np.where(
            rng.random(total) < 0.15,
            rng.uniform(0.4, 0.9, total),
            persona.reasoning * rng.uniform(0, 2, total),
        ),
        repeat_share=np.clip(persona.repeats * rng.lognormal(0, 0.8, total), 0, 0.7),
        channel=channel,
        client=_clients(draft, persona, total)[kit_owner],
        device_mode=_device_modes(rng, persona, channel),
        device_count=rng.integers(persona.devices[0], persona.devices[1] + 1, total),
        gives_session=rng.random(total) < persona.gives_session,
        network=network,
        address_key=address_key,
        address_span=span,
        address_days=days,
        other_network=other,
        other_share=np.where(
            rng.random(total) < persona.other, rng.uniform(0.05, 0.6, total), 0.0
        ),
        has_text=rng.random(total) < persona.text,
        max_output=np.where(
            rng.random(total) < persona.limits_output,
            rng.choice(_TOKEN_LIMITS, total),
            NONE,
        )[kit_owner],
        temperature=np.where(
            rng.random(total) < persona.sets_temperature,
            rng.choice(_TEMPERATURES, total),
            np.nan,
        )[kit_owner],
        streaming=rng.choice([0, 1, NONE], total, p=[0.45, 0.4, 0.15]),
        model=rng.choice([0, 1], total, p=[0.45, 0.55]),
        adopts_at=_adoptions(draft, persona, total),
        key_count=rng.choice([1, 1, 1, 2, 3], total),
        key_days=rng.integers(persona.key_days[0], persona.key_days[1] + 1, total),
        error_rate=rng.choice([0.0, 0.002, 0.01, 0.03], total),
    )
    return accounts, streams


class _Has:
    """Draws, per account, whether something with a given share is so."""

    def __init__(self, rng: np.random.Generator, total: int) -> None:
        self._draws = rng.random(total)

    def __call__(self, share: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.asarray(self._draws < share)


def _cohorts(draft: Draft, persona: Persona, total: int) -> Integers:
    """Numbers of the cohorts, ascending; who is in none has a number of their own."""
    if persona.cohort[1] == 1:
        return np.arange(total)
    sizes = _sizes(draft.rng, persona.cohort, total)
    return np.repeat(np.arange(len(sizes)), sizes)


def _lives(
    draft: Draft, persona: Persona, group: Integers, cohort: Integers, total: int
) -> tuple[Integers, Integers, Integers]:
    """When streams begin and end and accounts were created."""
    rng = draft.rng
    span = draft.end - draft.begin
    age_days = rng.exponential(260, total).clip(0, 730)
    if persona.born == "recent":
        age_days = rng.uniform(0, 60, total)
    created = draft.end - (age_days * DAY).astype(np.int64) - int(0.2 * DAY)
    if persona.born == "together":
        opening = draft.begin + (
            rng.uniform(0.1, 0.6, int(group.max()) + 1) * span
        ).astype(np.int64)
        created = opening[group] + (rng.random(total) * 2 * HOUR).astype(np.int64)
    wait = (rng.exponential(0.5, total) * DAY).astype(np.int64)
    begin = np.maximum(draft.begin, np.minimum(created + wait, draft.end - HOUR))
    is_late = rng.random(total) < persona.late
    anytime = draft.begin + (rng.random(total) * 0.95 * span).astype(np.int64)
    begin = np.where(is_late, np.maximum(begin, anytime), begin).astype(np.int64)
    end = np.full(total, draft.end)
    if persona.born == "launch":
        launch = cohort if persona.cohort[1] > 1 else group
        launches = int(launch.max()) + 1
        opened_at = rng.uniform(0.02, 0.85, launches) * span
        hours = np.exp(rng.uniform(np.log(2), np.log(24), launches))
        days = np.exp(rng.uniform(np.log(4), np.log(60), launches))
        after = opened_at[launch] + rng.random(total) * hours[launch] * HOUR
        begin = draft.begin + after.astype(np.int64)
        life = (2 + rng.exponential(days[launch])) * DAY
        end = np.minimum(begin + life.astype(np.int64), draft.end)
        # Most have signed up for the occasion.
        fresh = begin - (rng.exponential(3.0, total) * HOUR).astype(np.int64)
        is_fresh = rng.random(total) < 0.7
        created = np.where(is_fresh, fresh, np.minimum(created, fresh))
    if persona.born == "together":
        end = np.minimum(created + 3 * DAY, draft.end)
        begin = created + (rng.random(total) * HOUR).astype(np.int64)
    return begin, end, created


def _counts(draft: Draft, persona: Persona, begin: Integers, end: Integers) -> Integers:
    """Heavy-tailed numbers of requests, fewer for those who were there less."""
    share = (end - begin) / (30 * DAY)
    if persona.born == "together":
        share = np.ones(len(begin))
    if persona.born == "launch":  # busiest while it is new
        share = np.sqrt(share)
    volume = persona.requests * draft.config.volume * share
    drawn = volume * draft.rng.lognormal(0, persona.spread, len(begin))
    # A few accounts of every kind are far larger than the rest.
    drawn *= np.where(draft.rng.random(len(begin)) < 0.01, 6.0, 1.0)
    counts: Integers = np.clip(np.ceil(drawn), 1, 6000).astype(np.int64)
    return counts


def _main_network(
    draft: Draft,
    persona: Persona,
    country: Integers,
    key: Unsigned,
    group_key: Unsigned,
) -> tuple[Integers, Unsigned, Integers, Integers]:
    """Network, address key, number of addresses and days between changes."""
    rng, total = draft.rng, len(country)
    pick = unit(keyed(key, 31))

    def choose(rows: Integers) -> Integers:
        return rows[(pick * len(rows)).astype(np.int64)]

    if persona.network == "site":
        network = draft.networks.draw(rng, SITE, country)
        return network, group_key, np.full(total, 2), np.full(total, BY_BURST)
    if persona.network == "vpn":
        network = choose(draft.networks.of(VPN))
        return network, key, np.zeros(total, dtype=np.int64), np.full(total, BY_BURST)
    cloud = choose(draft.networks.of(HOSTING))
    spread = rng.choice([1, 2, 6, 0], total, p=[0.55, 0.2, 0.1, 0.15])
    if persona.network == "hosting":
        return cloud, key, spread, np.full(total, BY_BURST)
    home = draft.networks.draw(rng, HOME, country)
    phone = draft.networks.draw(rng, MOBILE, country)
    kind = rng.choice(3, total, p=[0.6, 0.2, 0.2])
    network = np.select([kind == 0, kind == 1], [home, phone], cloud)
    span = np.select([kind == 0, kind == 1], [np.ones(total), np.zeros(total)], spread)
    # Home addresses stay for ever, or change every few days.
    lease = rng.choice([0, 0, 2, 7, 14], total)
    days = np.where(kind == 0, lease, BY_BURST)
    return network, key, span.astype(np.int64), days


def _profiles(rng: np.random.Generator, persona: Persona, total: int) -> Integers:
    numbers = [PROFILES.index(name) for name in persona.profiles]
    return rng.choice(numbers, total)


def _turns(rng: np.random.Generator, persona: Persona, total: int) -> Floats:
    """Mean turns per conversation; some people never ask back."""
    turns = np.clip(persona.turns * rng.lognormal(0, 0.35, total), 1.0, None)
    is_single = (rng.random(total) < persona.single) & (persona.turns < 5)
    return np.where(is_single, 1.0, turns)


def _topics(
    rng: np.random.Generator, persona: Persona, group: Integers, groups: int, total: int
) -> Integers:
    if persona.group[1] > 1:
        shared = rng.integers(0, len(TOPIC_NAMES), groups)
        own = rng.integers(0, len(TOPIC_NAMES), total)
        return np.where(rng.random(total) < 0.6, shared[group], own)
    return rng.integers(0, len(TOPIC_NAMES), total)


def _templates(
    draft: Draft, persona: Persona, group: Integers | None, country: Integers
) -> tuple[Integers, Integers]:
    """First own skeleton and their number; a group shares its skeletons."""
    rng, total = draft.rng, len(country)
    owners = np.arange(total) if group is None else group
    if persona.templates_of == "everybody":
        owners = np.zeros(total, dtype=np.int64)
    owner_total = int(owners.max()) + 1
    low, high = persona.templates
    counts = rng.integers(low, high + 1, owner_total)
    if persona.templated_accounts < 1.0:
        counts = np.where(
            rng.random(owner_total) < persona.templated_accounts, counts, 0
        )
    first = np.zeros(owner_total, dtype=np.int64)
    lands = np.zeros(owner_total, dtype=np.int64)
    lands[owners] = country
    for owner in np.flatnonzero(counts):
        language = country_language(int(lands[owner])) if rng.random() < 0.5 else "en"
        written = [
            write_skeleton(str(rng.choice(persona.capabilities)), rng, language)
            for _ in range(counts[owner])
        ]
        if rng.random() < 0.15:
            written = with_examples(written, draft.config.seed, rng)
        first[owner] = draft.add_skeletons(written)
    return first[owners], counts[owners]


def _organizations(
    draft: Draft, is_shared: bool, group: Integers, total: int
) -> Integers:
    count = int(group.max()) + 1 if is_shared else total
    first = draft.number("organization", count)
    own = first + (group if is_shared else np.arange(total))
    if is_shared:
        return own
    return np.where(draft.rng.random(total) < 0.45, NONE, own)


def _payments(draft: Draft, persona: Persona, group: Integers, total: int) -> Integers:
    rng = draft.rng
    payer = group if persona.payment == "group" else np.arange(total)
    payers = int(payer.max()) + 1
    payment = (draft.number("payment", payers) + payer).astype(np.int64)
    lacks = rng.random(payers) < persona.no_payment
    # Families and small teams share a card now and then.
    if persona.payment == "own" and total > 20:
        shares = rng.random(total) < 0.03
        payment = np.where(shares, np.roll(payment, 1), payment)
    return np.where(lacks[payer], NONE, payment)


def _systems(
    draft: Draft, persona: Persona, group: Integers, groups: int, total: int
) -> Integers:
    rng = draft.rng
    if persona.system == "none":
        # Some people set a short one of their own.
        has_one = rng.random(total) < 0.15
        return np.array(
            [
                draft.add_system(write_system_prompt(rng, "an assistant", 2))
                if has
                else NONE
                for has in has_one
            ]
        )
    owners = {"group": groups, "global": 2}.get(persona.system, total)
    texts = np.array(
        [
            draft.add_system(
                write_system_prompt(
                    rng,
                    f"{persona.name.replace('_', ' ')} {place + 1}",
                    int(rng.integers(1, 9)) * (4 if persona.client == "agent" else 1),
                )
            )
            for place in range(owners)
        ]
    )
    if persona.system == "own":
        return texts
    if persona.system == "some":
        return np.where(rng.random(total) < 0.45, texts, NONE)
    if persona.system == "group":
        return texts[group]
    # Two versions of the same program, the newer one more common.
    return texts[(rng.random(total) < 0.8).astype(np.int64)]


def _tools(
    draft: Draft, persona: Persona, groups: int, group: Integers, total: int
) -> Integers:
    rng = draft.rng
    if persona.tools == "none":
        return np.full(total, NONE)
    if persona.tools == "global":
        names = AGENT_TOOLS if persona.client == "agent" else TOOL_NAMES[:4]
        common = draft.add_tools(list(names))
        extra = draft.add_tools([*names, "memory"])
        return np.where(rng.random(total) < 0.8, common, extra)
    owners = groups if persona.tools == "group" else total
    sets = np.array(
        [
            draft.add_tools(
                [
                    str(n)
                    for n in rng.choice(TOOL_NAMES, rng.integers(1, 6), replace=False)
                ]
            )
            if rng.random() < 0.35
            else NONE
            for _ in range(owners)
        ]
    )
    return sets[group] if persona.tools == "group" else sets


def _clients(draft: Draft, persona: Persona, total: int) -> Integers:
    kind = {"sdk": SDK, "agent": AGENT, "framework": FRAMEWORK, "browser": BROWSER}
    own = draft.clients.draw(draft.rng, kind[persona.client], total)
    if persona.client != "sdk":
        return own
    plain = draft.clients.draw(draft.rng, HTTP, total)
    return np.where(draft.rng.random(total) < 0.3, plain, own)


def _device_modes(
    rng: np.random.Generator, persona: Persona, channel: Integers
) -> Integers:
    mode = {
        "own": OWN_DEVICE,
        "end_users": END_USERS,
        "constant": CONSTANT_DEVICE,
        "group": GROUP_DEVICE,
    }[persona.device]
    gives = rng.random(len(channel)) < persona.gives_device
    gives &= ~(THIRD_PARTY[channel] & (rng.random(len(channel)) < 0.5))
    return np.where(gives, mode, NULL_DEVICE)


def _adoptions(draft: Draft, persona: Persona, total: int) -> Integers:
    """When accounts take up the new model: slowly, some at once, some never."""
    rng = draft.rng
    days = rng.exponential(22, total)
    days = np.where(rng.random(total) < 0.06, rng.uniform(0, 1, total), days)
    if persona.client == "agent":
        # The client's new version switches its users within two days.
        days = np.where(rng.random(total) < 0.45, rng.uniform(0, 2, total), days)
    adopts = draft.released_at + (days * DAY).astype(np.int64)
    return np.where(rng.random(total) < 0.3, NEVER, adopts)


def end_some(draft: Draft, streams: Streams) -> Streams:
    """End some accounts: enforcement errs, payments fail, owners leave."""
    rng, config = draft.rng, draft.config
    months = config.days / 30
    wrong = config.wrong_ban_share * months
    kinds: list[tuple[str, str | None, float]] = [
        ("banned", "abuse", wrong),
        ("suspended", "payment", 0.004 * months),
        ("payment_failed", None, 0.012 * months),
        ("closed_by_owner", None, 0.008 * months),
    ]
    draw = rng.random(len(streams))
    end = streams.end.copy()
    edge = 0.0
    for action, reason, share in kinds:
        rows = np.flatnonzero((draw >= edge) & (draw < edge + share))
        edge += share
        for row in rows:
            span = end[row] - streams.begin[row]
            at = int(streams.begin[row] + span * rng.uniform(0.25, 1.0))
            account = int(streams.account[row])
            draft.events.append((account, at, action, reason))
            end[row] = at
            if action == "banned" and rng.random() < 0.25:
                back = at + int(rng.uniform(0.5, 6) * DAY)
                if back < draft.end:
                    draft.events.append((account, back, "reinstated", "appeal"))
    return replace(streams, end=np.maximum(end, streams.begin + HOUR // 4))


def add_rotations(draft: Draft, streams: Streams) -> None:
    """One event for each key that its owner rotated."""
    for account, days in zip(
        streams.account.tolist(), streams.key_days.tolist(), strict=True
    ):
        first = (draft.begin // (days * DAY) + 1) * days * DAY
        for at in range(first, draft.end, days * DAY):
            draft.events.append((account, at, "key_rotated", "owner"))


def move_accounts(draft: Draft, first: int, count: int, streams: Streams) -> Streams:
    """Let every second account continue the one before it, which ended.

    The owner closed it, its payment failed, or it was banned in error.
    """
    rng = draft.rng
    accounts = draft.accounts[-1]
    created, begin, end = accounts.created_at, streams.begin.copy(), streams.end.copy()
    successor_of = accounts.successor_of.copy()
    kinds = (("banned", "abuse"), ("closed_by_owner", None), ("payment_failed", None))
    for old in range(0, count - 1, 2):
        new = old + 1
        action, reason = kinds[(old // 2) % 3]
        span = draft.end - begin[old]
        at = int(begin[old] + span * rng.uniform(0.35, 0.75))
        delay = rng.lognormal(np.log(8 if action == "banned" else 30), 1.2)
        again = min(at + int(delay * HOUR), draft.end - DAY)
        draft.events.append((first + old, at, action, reason))
        end[old] = at
        created[new] = again
        begin[new], end[new] = again, draft.end
        successor_of[new] = first + old
    source = np.arange(count)
    source[1::2] = source[1::2] - 1
    heir = np.arange(count) % 2 == 1
    changes_card = rng.random(count) < 0.5
    # A person who moves keeps device, network, habits and templates, often the card.
    draft.accounts[-1] = replace(
        accounts,
        created_at=created,
        successor_of=successor_of,
        organization=np.where(
            heir & (rng.random(count) < 0.3),
            accounts.organization[source],
            accounts.organization,
        ),
        email=np.where(
            heir & (rng.random(count) < 0.7), accounts.email[source], accounts.email
        ),
        signup_ip=accounts.signup_ip[source],
        signup_country=accounts.signup_country[source],
        payment=np.where(changes_card, accounts.payment, accounts.payment[source]),
    )
    remaining = np.maximum(1, (streams.count[source] * 0.7).astype(np.int64))
    moved = streams.take(source)
    return replace(
        moved,
        account=streams.account,
        begin=begin,
        end=np.maximum(end, begin + HOUR // 4),
        count=np.where(heir, remaining, streams.count),
    )
