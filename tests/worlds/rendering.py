"""What a request costs and how it ends, and its row of the input contract."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tests.worlds.frame import (
    CHANNELS,
    DEFAULT_DEVICE,
    MODELS,
    NONE,
    Accounts,
    Columns,
    Draft,
    Requests,
)
from tests.worlds.hashing import (
    Booleans,
    Integers,
    Strings,
    below,
    hex_strings,
    keyed,
)
from tests.worlds.networks import COUNTRIES, Networks, address_strings
from tests.worlds.skeletons import CAPABILITIES, SLOTS_MAX, Skeleton
from tests.worlds.text import contents
from tests.worlds.vocabulary import REGISTERS

_TOKENS_PER_SENTENCE = 15
STOP_REASONS = ("end_turn", "max_tokens", "tool_use", "stop_sequence")
# How strongly each model reasons.
_REASONING = np.array([0.0, 0.6, 1.0])


@dataclass(frozen=True)
class Outcome(Columns):
    """Tokens, status and duration of each request; NONE is null."""

    input_tokens: Integers
    cached_tokens: Integers
    output_tokens: Integers
    reasoning_tokens: Integers
    status: Integers
    stop: Integers
    latency: Integers


def draw_outcomes(draft: Draft, requests: Requests) -> Outcome:
    """Draw what each request costs, by the length of its text and what it asks for."""
    rng, total = draft.rng, len(requests)
    skeleton_tokens = np.array([skeleton.tokens for skeleton in draft.skeletons])
    slots = np.array([len(skeleton.registers) for skeleton in draft.skeletons])
    system_tokens = np.array([len(text) // 4 for text in draft.systems] + [0])
    words = requests.sentences * slots[requests.skeleton] * rng.lognormal(0, 0.4, total)
    own = skeleton_tokens[requests.skeleton] + _TOKENS_PER_SENTENCE * 0.8 * words
    tools = np.array([60 * len(names) for names in draft.tools] + [0])[requests.tools]
    fixed = system_tokens[requests.system] + tools
    history = requests.turn * (own + np.minimum(requests.output_median, 900))
    input_tokens = own + fixed + history + 3
    is_cached = (requests.turn > 0) & (rng.random(total) < 0.7)
    is_cached |= (fixed > 900) & (rng.random(total) < 0.6)
    cached = np.where(is_cached, (history + fixed) * rng.uniform(0.6, 1, total), 0)
    cached = np.minimum(cached // 64 * 64, input_tokens - 1)

    wanted = requests.output_median * rng.lognormal(0, 0.65, total)
    effort = _REASONING[requests.model] * requests.reasoning_share
    reasoning = wanted * effort * rng.lognormal(0, 0.4, total)
    output = np.maximum(wanted + reasoning, 1)
    limit = np.where(requests.max_output == NONE, 32_000, requests.max_output)
    is_cut = output > limit
    output = np.minimum(output, limit)
    reasoning = np.minimum(reasoning, output * 0.95)
    draw = rng.random(total)
    failed = draw < requests.error_rate
    status = np.where(failed, np.where(rng.random(total) < 0.75, 429, 529), 200)
    calls_tool = (requests.tools != NONE) & (rng.random(total) < 0.55)
    ends_early = rng.random(total) < 0.01
    stop = np.select([failed, is_cut, calls_tool, ends_early], [NONE, 1, 2, 3], 0)
    speed = np.where(requests.model == 0, 6.0, 12.0)
    latency = 180 + output * speed * rng.lognormal(0, 0.25, total) + input_tokens * 0.05
    latency = np.where(failed, rng.uniform(15, 120, total), latency)
    return Outcome(
        input_tokens=input_tokens.astype(np.int64),
        cached_tokens=np.where(failed, 0, cached).astype(np.int64),
        output_tokens=np.where(failed, 0, output).astype(np.int64),
        reasoning_tokens=np.where(failed, 0, reasoning).astype(np.int64),
        status=status,
        stop=stop,
        latency=latency.astype(np.int64),
    )


@dataclass(frozen=True)
class Renderer:
    """Turns columns of numbers into a table of the input contract."""

    seed: int
    networks: Networks
    skeletons: list[Skeleton]
    parts: tuple[Strings, ...]  # by position around the contents
    slot_registers: tuple[Integers, ...]
    slot_sentences: Integers
    systems: Strings
    tools: pa.ListArray
    account_ids: Strings
    account_organizations: Strings
    clients: Strings
    fingerprints: Strings

    @classmethod
    def of(cls, draft: Draft, account_ids: Strings, accounts: Accounts) -> "Renderer":
        """Collect the dictionaries that rows refer to."""
        skeletons = draft.skeletons
        parts = tuple(
            pa.array(
                [s.parts[place] if place < len(s.parts) else "" for s in skeletons],
                pa.string(),
            )
            for place in range(SLOTS_MAX + 1)
        )
        registers = tuple(
            np.array(
                [
                    REGISTERS.index(s.registers[place])
                    if place < len(s.registers)
                    else NONE
                    for s in skeletons
                ]
            )
            for place in range(SLOTS_MAX)
        )
        organizations = hex_strings(
            keyed(draft.config.seed, 73, accounts.organization), "org_", 10
        )
        return cls(
            seed=draft.config.seed,
            networks=draft.networks,
            skeletons=skeletons,
            parts=parts,
            slot_registers=registers,
            slot_sentences=np.array(
                [int(CAPABILITIES[s.capability].sentences) for s in skeletons]
            ),
            systems=pa.array(draft.systems, pa.string()),
            tools=pa.array(draft.tools, pa.list_(pa.string())),
            account_ids=account_ids,
            account_organizations=pc.if_else(
                accounts.organization == NONE,
                pa.scalar(None, pa.string()),
                organizations,
            ),
            clients=pa.array(draft.clients.names),
            fingerprints=pa.array(draft.clients.fingerprints).take(
                pa.array(draft.clients.tls)
            ),
        )

    def request_ids(self, first: int, count: int) -> Strings:
        """Ids of the requests at these places of the whole log."""
        places = np.arange(first, first + count)
        return hex_strings(keyed(self.seed, 79, places), "req_")

    def prompts(self, requests: Requests) -> pa.Array:
        """Write the prompts of requests, all of which keep their text."""
        rows = pa.array(requests.skeleton)
        pieces = [self.parts[0].take(rows)]
        for place, registers in enumerate(self.slot_registers):
            register = registers[requests.skeleton]
            # The content around which there is no task has the request's own register.
            is_free = np.array(["plain" in s.capability for s in self.skeletons])
            own = np.where(
                is_free[requests.skeleton] & (register != NONE),
                requests.register,
                register,
            )
            filled = np.flatnonzero(own != NONE)
            usual = self.slot_sentences[requests.skeleton]
            key = keyed(requests.content, place, 83) if place else requests.content
            sentences = requests.sentences if place == 0 else 1 + below(key, 2 * usual)
            written = contents(
                self.seed,
                key[filled],
                requests.language[filled],
                requests.topic[filled],
                own[filled],
                np.clip(sentences[filled], 1, 60),
            )
            spread = np.full(len(requests), len(filled))
            spread[filled] = np.arange(len(filled))
            pieces.append(
                pa.concat_arrays([written, pa.array([""])]).take(pa.array(spread))
            )
            pieces.append(self.parts[place + 1].take(rows))
        return pc.binary_join_element_wise(*pieces, "")

    def render(self, requests: Requests, outcome: Outcome, first: int) -> pa.Table:
        """Write requests as rows; `first` is the first one's place in the log."""
        total = len(requests)
        kept = np.flatnonzero(requests.has_text)
        spread = np.full(total, NONE)
        spread[kept] = np.arange(len(kept))
        has_system = requests.has_text & (requests.system != NONE)
        device = pc.if_else(
            requests.device == DEFAULT_DEVICE,
            pa.scalar("default-user"),
            hex_strings(keyed(self.seed, 89, requests.device)),
        )
        return pa.table(
            {
                "request_id": self.request_ids(first, total),
                "requested_at": pa.array(requests.at).cast(pa.timestamp("us")),
                "account_id": self.account_ids.take(pa.array(requests.account)),
                "organization_id": self.account_organizations.take(
                    pa.array(requests.account)
                ),
                "api_key_id": hex_strings(
                    keyed(self.seed, 91, requests.api_key), "key_", 10
                ),
                "client_session_id": _or_null(
                    requests.session != NONE,
                    hex_strings(keyed(self.seed, 93, requests.session)),
                ),
                "client_device_id": _or_null(requests.device != NONE, device),
                "access_channel": pa.array(CHANNELS).take(pa.array(requests.channel)),
                "model": pa.array(MODELS).take(pa.array(requests.model)),
                "client_ip": address_strings(requests.ip),
                "client_asn": pa.array(self.networks.asn[requests.network]),
                "client_country": pa.array(COUNTRIES).take(
                    pa.array(self.networks.country[requests.network])
                ),
                "user_agent": self.clients.take(pa.array(requests.client)),
                "tls_fingerprint": self.fingerprints.take(pa.array(requests.client)),
                "system_prompt": self.systems.take(
                    _indices(requests.system, has_system)
                ),
                "prompt": self.prompts(requests.take(kept)).take(
                    _indices(spread, requests.has_text)
                ),
                "tool_names": self.tools.take(
                    _indices(requests.tools, requests.tools != NONE)
                ),
                "message_count": pa.array(1 + 2 * requests.turn.astype(np.int64)),
                "input_tokens": pa.array(outcome.input_tokens),
                "cached_input_tokens": pa.array(outcome.cached_tokens),
                "output_tokens": pa.array(outcome.output_tokens),
                "reasoning_tokens": pa.array(outcome.reasoning_tokens),
                "max_output_tokens": _or_null(
                    requests.max_output != NONE,
                    pa.array(requests.max_output, pa.int64()),
                ),
                "temperature": pa.array(
                    requests.temperature.astype(np.float64).round(2),
                    mask=np.isnan(requests.temperature),
                ),
                "is_streaming": pa.array(
                    requests.streaming == 1, mask=requests.streaming == NONE
                ),
                "status_code": pa.array(outcome.status),
                "stop_reason": pa.array(STOP_REASONS).take(
                    _indices(outcome.stop, outcome.stop != NONE)
                ),
                "latency_ms": pa.array(outcome.latency),
            }
        )


def _indices(numbers: Integers, there: Booleans) -> pa.Array:
    return pa.array(np.where(there, numbers, 0), pa.int64(), mask=~there)


def _or_null(there: Booleans, values: pa.Array) -> pa.Array:
    return pc.if_else(there, values, pa.scalar(None, values.type))
