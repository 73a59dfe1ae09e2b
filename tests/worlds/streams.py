"""Streams: who asks what, how often and from where; and the requests they become."""

from dataclasses import dataclass

import numpy as np

from tests.worlds.arrivals import DAY, bursty_arrivals
from tests.worlds.frame import (
    DEFAULT_DEVICE,
    NEW_MODEL,
    NONE,
    THIRD_PARTY,
    Columns,
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
from tests.worlds.networks import addresses
from tests.worlds.skeletons import CAPABILITIES
from tests.worlds.vocabulary import LANGUAGES, REGISTERS, TOPIC_NAMES

NULL_DEVICE, OWN_DEVICE, END_USERS, CONSTANT_DEVICE, GROUP_DEVICE = range(5)
BY_BURST = -1  # a new address with every burst
FOLLOW_UP = REGISTERS.index("follow_up")


@dataclass(frozen=True)
class Streams(Columns):
    """One row per stream of requests of one style; an account has one or more.

    Addresses come from `network`, one per `address_key` and `address_days` (0: for
    ever, BY_BURST: a new one each burst), among `address_span` of them (0: all of the
    network's); a share of the bursts comes from `other_network` instead.
    """

    account: Integers
    key: Unsigned
    group_key: Unsigned
    count: Integers
    begin: Integers
    end: Integers
    profile: Integers
    zone: Integers
    active_share: Floats
    turns: Floats
    conversations: Floats
    gap_seconds: Floats
    at_once: Booleans  # the first request comes when the stream begins
    language: Integers
    any_language: Floats  # share of conversations in another language
    topic: Integers
    any_topic: Floats
    registers: Floats  # shape (streams, registers): cumulative weights
    follow_register: Integers
    sentences: Floats
    length_spread: Floats
    own_first: Integers
    own_count: Integers
    own_share: Floats
    popular_share: Floats
    wish_share: Floats
    pool_key: Unsigned
    pool_size: Integers
    pool_share: Floats
    repeat_share: Floats  # of requests that ask something of one's own again
    system: Integers
    tools: Integers
    output_median: Floats
    reasoning_share: Floats
    channel: Integers
    client: Integers
    device_mode: Integers
    device_count: Integers
    gives_session: Booleans
    network: Integers
    address_key: Unsigned
    address_span: Integers
    address_days: Integers
    other_network: Integers
    other_share: Floats
    has_text: Booleans
    max_output: Integers
    temperature: Floats
    streaming: Integers
    model: Integers
    adopts_at: Integers
    key_count: Integers
    key_days: Integers  # days between two rotations, 0 for none
    error_rate: Floats


def expand(draft: Draft, streams: Streams) -> Requests:
    """Turn streams into their requests (unsorted, not labelled as extraction)."""
    rng = draft.rng
    arrivals = bursty_arrivals(
        rng,
        streams.count,
        streams.begin,
        streams.end,
        streams.profile,
        streams.zone,
        streams.active_share,
        streams.turns,
        streams.conversations,
        streams.gap_seconds,
        streams.at_once,
    )
    of = arrivals.stream
    total = len(of)
    key = streams.key[of]

    topic = np.where(
        unit(keyed(key, arrivals.conversation, 3)) < streams.any_topic[of],
        below(keyed(key, arrivals.conversation, 4), len(TOPIC_NAMES)),
        streams.topic[of],
    )
    register = (rng.random((total, 1)) > streams.registers[of]).sum(axis=1)
    register = np.minimum(register, len(REGISTERS) - 1)
    is_later = arrivals.turn > 0
    register = np.where(is_later, streams.follow_register[of], register)
    spread = streams.length_spread[of] * rng.standard_normal(total)
    sentences = np.ceil(streams.sentences[of] * np.exp(spread - 0.3))
    sentences = np.where(
        is_later & (register == FOLLOW_UP), np.minimum(sentences, 2), sentences
    )

    skeleton = _choose_skeletons(draft, streams, of, is_later)
    content = draft.fresh_contents(total)
    draw = rng.random(total)
    is_own_again = (draw < streams.repeat_share[of]) & ~is_later
    is_pooled = (draw > 1 - streams.pool_share[of]) & ~is_later
    # Popular items are asked more often than others.
    sizes = np.where(is_pooled, streams.pool_size[of], 3 + streams.count[of] // 12)
    item = (rng.random(total) ** 2 * sizes).astype(np.int64)
    pool = np.where(is_pooled, streams.pool_key[of], keyed(key, 18))
    shared = keyed(pool, item, 9)
    is_pooled |= is_own_again
    content = np.where(is_pooled, shared, content)
    # It is pasted as it was, but for the templates of programs.
    skeleton = np.where(is_pooled & (streams.own_share[of] < 0.9), 0, skeleton)
    # A text asked again is the same in length, topic and language too.
    sentences = np.where(is_pooled, 1 + below(shared, 4), np.clip(sentences, 1, 60))
    register = np.where(is_pooled, below(keyed(shared, 1), 2), register)
    topic = np.where(is_pooled, below(keyed(shared, 2), len(TOPIC_NAMES)), topic)
    language = np.where(
        unit(keyed(key, arrivals.conversation, 21)) < streams.any_language[of],
        below(keyed(key, arrivals.conversation, 22), len(LANGUAGES)),
        streams.language[of],
    )
    language = np.where(is_pooled & ~is_own_again, 0, language)

    capability_output, capability_reasoning, has_own_task = _capability_columns(draft)
    own_task = has_own_task[skeleton] & (streams.output_median[of] <= 0)
    output = np.where(
        own_task, capability_output[skeleton], np.abs(streams.output_median[of])
    )
    reasoning = np.where(
        own_task, capability_reasoning[skeleton], streams.reasoning_share[of]
    )
    ip, network = _addresses(draft, streams, of, arrivals.burst, arrivals.at)
    is_new = (arrivals.at >= streams.adopts_at[of]) & (rng.random(total) < 0.75)
    return Requests.compact(
        account=streams.account[of],
        at=arrivals.at,
        is_extraction=np.zeros(total, dtype=bool),
        content=content,
        language=language,
        topic=topic,
        register=register,
        sentences=sentences.astype(np.int64),
        skeleton=skeleton,
        system=streams.system[of],
        tools=streams.tools[of],
        turn=arrivals.turn,
        session=np.where(
            streams.gives_session[of],
            draft.number("session", total) + arrivals.conversation,
            NONE,
        ),
        device=_devices(streams, of, arrivals.burst),
        api_key=_api_keys(streams, of, arrivals.burst, arrivals.at),
        channel=streams.channel[of],
        model=np.where(is_new, NEW_MODEL, streams.model[of]),
        ip=ip,
        network=network,
        client=streams.client[of],
        has_text=streams.has_text[of] & ~THIRD_PARTY[streams.channel[of]],
        output_median=output,
        reasoning_share=reasoning,
        max_output=streams.max_output[of],
        temperature=streams.temperature[of],
        streaming=streams.streaming[of],
        error_rate=streams.error_rate[of],
    )


def _choose_skeletons(
    draft: Draft, streams: Streams, of: Integers, is_later: Booleans
) -> Integers:
    """Own templates, popular ones, a short wish, or nothing around the content."""
    rng = draft.rng
    total = len(of)
    own = streams.own_first[of] + below(
        keyed(streams.key[of], (rng.random(total) ** 2 * 97).astype(np.int64), 8),
        streams.own_count[of],
    )
    rank = (rng.random(total) ** 2.5 * len(draft.popular)).astype(np.int64)
    wish = draft.wishes[(rng.random(total) ** 1.5 * len(draft.wishes)).astype(np.int64)]
    draw = rng.random(total)
    # What is templated by a program is so in every turn.
    is_program = streams.own_share[of] >= 0.9
    own_share = np.where(is_later & ~is_program, 0.0, streams.own_share[of])
    popular_share = own_share + np.where(is_later, 0.0, streams.popular_share[of])
    wish_share = popular_share + streams.wish_share[of] * np.where(is_later, 0.3, 1.0)
    return np.select(
        [draw < own_share, draw < popular_share, draw < wish_share],
        [own, draft.popular[rank], wish],
        0,
    )


def _capability_columns(draft: Draft) -> tuple[Floats, Floats, Booleans]:
    """Median output, reasoning share and whether it is a task, by skeleton."""
    kinds = [CAPABILITIES[skeleton.capability] for skeleton in draft.skeletons]
    return (
        np.array([kind.output_tokens for kind in kinds], dtype=np.float64),
        np.array([kind.reasoning_share for kind in kinds], dtype=np.float64),
        np.array([bool(kind.task) for kind in kinds]),
    )


def _addresses(
    draft: Draft, streams: Streams, of: Integers, burst: Integers, at: Integers
) -> tuple[Integers, Integers]:
    days = streams.address_days[of]
    epoch = np.where(
        days == BY_BURST,
        burst,
        np.where(days > 0, at // (np.maximum(days, 1) * DAY), 0),
    )
    slot = below(keyed(streams.address_key[of], epoch, 5), streams.address_span[of])
    # BY_BURST with a span of 0 wanders over the whole network.
    slot = np.where(streams.address_span[of] == 0, epoch, slot)
    is_dynamic = (days > 0) & (streams.address_span[of] == 1)
    slot = np.where(is_dynamic, epoch, slot)
    is_other = unit(keyed(streams.key[of], burst, 6)) < streams.other_share[of]
    network = np.where(is_other, streams.other_network[of], streams.network[of])
    address_key = np.where(
        is_other,
        keyed(streams.key[of], burst, 7),
        keyed(streams.address_key[of], slot, 11),
    )
    return addresses(draft.networks, network, address_key), network


def _devices(streams: Streams, of: Integers, burst: Integers) -> Integers:
    """Device numbers; the sign is kept for null and for the constant id."""
    mode = streams.device_mode[of]
    # A few end users of a product do most of its traffic.
    user = (
        unit(keyed(streams.key[of], burst, 12)) ** 1.5 * streams.device_count[of]
    ).astype(np.int64)
    salt = np.where(mode == GROUP_DEVICE, streams.group_key[of], streams.key[of])
    number = (keyed(salt, user, 13) >> np.uint64(2)).astype(np.int64)
    number = np.where(mode == NULL_DEVICE, NONE, number)
    return np.where(mode == CONSTANT_DEVICE, DEFAULT_DEVICE, number)


def _api_keys(
    streams: Streams, of: Integers, burst: Integers, at: Integers
) -> Integers:
    days = streams.key_days[of]
    epoch = np.where(days > 0, at // (np.maximum(days, 1) * DAY), 0)
    which = below(keyed(streams.key[of], burst, 14), streams.key_count[of])
    number = keyed(streams.account[of], which, epoch, 15) >> np.uint64(2)
    return number.astype(np.int64)
