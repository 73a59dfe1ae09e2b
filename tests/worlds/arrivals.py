"""Arrival times: bursts of conversations of requests, by everybody's week."""

from dataclasses import dataclass

import numpy as np

from tests.worlds.hashing import Booleans, Floats, Integers, keyed, unit

HOUR = 3_600_000_000  # microseconds
DAY = 24 * HOUR
PROFILES = ("round_the_clock", "office", "day", "evening", "night", "student")


def _week_weights() -> Floats:
    hours = np.arange(24)
    office = np.where((hours >= 9) & (hours < 18), 1.0, 0.02)
    office[12] = 0.6
    day = np.clip(np.sin((hours - 6) / 18 * np.pi), 0.03, 1.0)
    evening = np.where(hours >= 17, 1.0, np.where(hours >= 8, 0.35, 0.03))
    night = np.where((hours < 6) | (hours == 23), 1.0, 0.03)
    student = np.where(hours >= 12, 1.0, np.where(hours < 2, 0.6, 0.08))
    shapes = (np.ones(24), office, day, evening, night, student)
    weekends = (1.0, 0.08, 0.7, 1.0, 1.0, 0.5)
    return np.array(
        [
            np.concatenate([np.tile(shape, 5), np.tile(shape * weekend, 2)])
            for shape, weekend in zip(shapes, weekends, strict=True)
        ]
    )


_WEIGHTS = _week_weights()
_MONDAY = 4 * DAY  # 1970-01-01 was a Thursday


def week_weights(profile: int, local: Integers) -> Floats:
    """How active a profile is at local times, 0 to 1."""
    weights: Floats = _WEIGHTS[profile, ((local - _MONDAY) // HOUR) % 168]
    return weights


def weekly_times(
    rng: np.random.Generator,
    begin: Integers,
    end: Integers,
    profile: Integers,
    zone: Integers,
    active_share: Floats,
    owner: Integers,
) -> Integers:
    """Draw one time per row from [begin, end), likelier where the profile is high.

    `zone` is in hours ahead of UTC; `active_share` is the share of days on which
    the `owner` is there at all. After 24 tries the last time drawn stands.
    """
    at = begin + (rng.random(len(begin)) * (end - begin)).astype(np.int64)
    open_rows = np.arange(len(begin))
    for _ in range(24):
        now = at[open_rows] + zone[open_rows] * HOUR
        weight = _WEIGHTS[profile[open_rows], ((now - _MONDAY) // HOUR) % 168]
        is_there = (
            unit(keyed(owner[open_rows], now // DAY, 17)) < active_share[open_rows]
        )
        refused = rng.random(len(open_rows)) > weight * is_there
        open_rows = open_rows[refused]
        if len(open_rows) == 0:
            break
        span = end[open_rows] - begin[open_rows]
        at[open_rows] = begin[open_rows] + (rng.random(len(span)) * span).astype(
            np.int64
        )
    return at


@dataclass(frozen=True)
class Arrivals:
    """One row per request: its stream, time, burst, conversation and turn (from 0)."""

    stream: Integers
    at: Integers
    burst: Integers
    conversation: Integers
    turn: Integers


def bursty_arrivals(
    rng: np.random.Generator,
    counts: Integers,
    begin: Integers,
    end: Integers,
    profile: Integers,
    zone: Integers,
    active_share: Floats,
    turns: Floats,
    conversations: Floats,
    gap_seconds: Floats,
    at_once: Booleans,
) -> Arrivals:
    """Draw `counts` requests per stream.

    `turns` and `conversations` are the mean turns of a conversation and conversations
    of a burst; `gap_seconds` is the median gap within one. A stream that starts
    `at_once` has its first burst at `begin`. Requests past `end` are dropped.
    """
    stream = np.repeat(np.arange(len(counts)), counts)
    total = len(stream)
    is_first = np.ones(total, dtype=bool)
    is_first[1:] = stream[1:] != stream[:-1]
    new_conversation: Booleans = is_first | (rng.random(total) < 1 / turns[stream])
    new_burst: Booleans = is_first | (
        new_conversation & (rng.random(total) < 1 / conversations[stream])
    )
    conversation = np.cumsum(new_conversation) - 1
    burst = np.cumsum(new_burst) - 1
    places = np.arange(total)
    turn = places - places[new_conversation][conversation]

    owner = stream[new_burst]
    burst_at = weekly_times(
        rng,
        begin[owner],
        end[owner],
        profile[owner],
        zone[owner],
        active_share[owner],
        owner,
    )
    opens = is_first[new_burst] & at_once[owner]
    burst_at[opens] = begin[owner[opens]]
    gaps = gap_seconds[stream] * rng.lognormal(0.0, 0.9, total)
    gaps = np.where(new_conversation, gaps * 3, gaps)
    gaps = np.where(new_burst, 0.0, gaps)
    elapsed = np.cumsum(gaps)
    elapsed -= elapsed[new_burst][burst]
    at = burst_at[burst] + (elapsed * 1e6).astype(np.int64)
    kept = at < end[stream]
    return Arrivals(stream[kept], at[kept], burst[kept], conversation[kept], turn[kept])
