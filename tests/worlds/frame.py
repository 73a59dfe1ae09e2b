"""Accounts and requests as plain columns of numbers, before any text is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tests.worlds.clients import Clients
from tests.worlds.config import WorldConfig
from tests.worlds.hashing import Booleans, Floats, Integers, Unsigned, keyed
from tests.worlds.networks import Networks
from tests.worlds.skeletons import FREE, Skeleton

CHANNELS = ("first_party_api", "web", "bedrock", "vertex", "azure")
THIRD_PARTY = np.array([False, False, True, True, True])
PATHWAYS = ("standard", "education", "startup", "security_research", "enterprise")
NONE = -1  # stands for null in columns of whole numbers
DEFAULT_DEVICE = -2  # the constant `default-user` of a framework
MODELS = ("meridian-2-mini", "meridian-2", "meridian-3")
NEW_MODEL = 2


@dataclass(frozen=True)
class Columns:
    """Columns of one length."""

    def __len__(self) -> int:
        first = fields(self)[0].name
        return len(getattr(self, first))

    def take(self, rows: Integers | Booleans) -> Self:
        """Rows by index or mask."""
        return type(self)(
            **{column.name: getattr(self, column.name)[rows] for column in fields(self)}
        )

    @classmethod
    def concat(cls, parts: Iterable[Self]) -> Self:
        """Put parts of the same kind one below the other."""
        listed = list(parts)
        return cls(
            **{
                column.name: np.concatenate(
                    [getattr(part, column.name) for part in listed]
                )
                for column in fields(cls)
            }
        )


@dataclass(frozen=True)
class Accounts(Columns):
    """One row per account. NONE is null; `group` and `email` index a draft's lists."""

    key: Unsigned
    organization: Integers
    created_at: Integers
    email: Integers
    signup_ip: Integers
    signup_country: Integers
    pathway: Integers
    payment: Integers
    persona: Integers  # of the world's list of names
    group: Integers
    level: Integers
    successor_of: Integers  # an account's index
    pivots: Booleans


@dataclass(frozen=True)
class Requests(Columns):
    """One row per request. NONE is null in whole numbers, NaN in `temperature`."""

    account: Integers
    at: Integers  # microseconds since 1970
    is_extraction: Booleans
    content: Unsigned
    language: Integers
    topic: Integers
    register: Integers
    sentences: Integers
    skeleton: Integers
    system: Integers
    tools: Integers
    turn: Integers
    session: Integers
    device: Integers
    api_key: Integers
    channel: Integers
    model: Integers
    ip: Integers
    network: Integers
    client: Integers
    has_text: Booleans
    output_median: Floats
    reasoning_share: Floats
    max_output: Integers
    temperature: Floats
    streaming: Integers
    error_rate: Floats

    @classmethod
    def compact(cls, **columns: NDArray[Any]) -> Self:
        """Columns in the smallest type that holds them."""
        return cls(
            **{
                name: values.astype(_COMPACT.get(name, values.dtype))
                for name, values in columns.items()
            }
        )


_COMPACT = {
    **dict.fromkeys(
        ("language", "topic", "register", "channel", "model", "streaming"), np.int8
    ),
    **dict.fromkeys(("sentences", "turn", "network", "client"), np.int16),
    **dict.fromkeys(("account", "skeleton", "system", "tools", "max_output"), np.int32),
    **dict.fromkeys(
        ("output_median", "reasoning_share", "temperature", "error_rate"), np.float32
    ),
}


@dataclass
class Draft:
    """A world in the making: what its parts add to and share."""

    config: WorldConfig
    rng: np.random.Generator
    networks: Networks
    clients: Clients
    begin: int
    end: int
    released_at: int
    skeletons: list[Skeleton] = field(default_factory=lambda: [FREE])
    popular: Integers = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    wishes: Integers = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    systems: list[str] = field(default_factory=list)
    tools: list[list[str]] = field(default_factory=list)
    personas: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    accounts: list[Accounts] = field(default_factory=list)
    requests: list[Requests] = field(default_factory=list)
    events: list[tuple[int, int, str, str | None]] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, name: str, count: int = 1) -> int:
        """Reserve `count` numbers of a named sequence; return the first."""
        first = self._numbers.get(name, 0)
        self._numbers[name] = first + count
        return first

    def add_accounts(self, accounts: Accounts) -> int:
        """Add accounts; return the index of the first."""
        self.accounts.append(accounts)
        return self.number("account", len(accounts))

    def add_skeletons(self, skeletons: list[Skeleton]) -> int:
        """Add skeletons; return the index of the first."""
        self.skeletons.extend(skeletons)
        return len(self.skeletons) - len(skeletons)

    def add_system(self, text: str) -> int:
        """Add a system prompt; return its index."""
        self.systems.append(text)
        return len(self.systems) - 1

    def add_tools(self, names: list[str]) -> int:
        """Add a set of tools; return its index."""
        self.tools.append(names)
        return len(self.tools) - 1

    def add_group(self, name: str) -> int:
        """Add a group of accounts that belong together; return its index."""
        self.groups.append(name)
        return len(self.groups) - 1

    def add_domain(self, name: str) -> int:
        """Add an email domain; return its index."""
        self.domains.append(name)
        return len(self.domains) - 1

    def fresh_contents(self, count: int) -> Unsigned:
        """Numbers of contents that nobody has asked before."""
        first = self.number("content", count)
        return keyed(self.config.seed, 101, np.arange(first, first + count))
