"""Networks and their addresses, all private or reserved for examples and tests.

Addresses are numbers below 2**32, or 2**40 and more for IPv6 in 2001:db8::/32.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tests.worlds.hashing import Integers, Strings, Unsigned, below

COUNTRIES = ("US", "IN", "DE", "GB", "BR", "FR", "CN", "JP", "SG", "NG", "ES", "RU")
TIME_ZONES = (-5, 5, 1, 0, -3, 1, 8, 9, 8, 1, 1, 3)
_COUNTRY_LANGUAGE = (
    "en",
    "en",
    "de",
    "en",
    "es",
    "en",
    "zh",
    "en",
    "en",
    "en",
    "es",
    "ru",
)
HOME, MOBILE, HOSTING, VPN, SITE = range(5)
_V6 = 1 << 40


@dataclass(frozen=True)
class Networks:
    """One row per network: its number, country, kind and range of addresses."""

    asn: Integers
    country: Integers
    kind: Integers
    first: Integers
    size: Integers

    def of(self, kind: int, country: int | None = None) -> Integers:
        """Indices of the networks of a kind (and country)."""
        fits = self.kind == kind
        if country is not None:
            fits &= self.country == country
        return np.flatnonzero(fits)

    def draw(
        self, rng: np.random.Generator, kind: int, countries: Integers
    ) -> Integers:
        """A network of a kind for each row, in the row's country."""
        table = np.array([self.of(kind, land) for land in range(len(COUNTRIES))])
        column = rng.integers(0, table.shape[1], len(countries))
        drawn: Integers = table[countries, column]
        return drawn


def build_networks() -> Networks:
    """Lay out homes, carrier-grade NAT, clouds, VPN exits and sites."""
    rows: list[tuple[int, int, int, int, int]] = []
    ten, lab = 10 << 24, (198 << 24) + (18 << 16)
    for country in range(len(COUNTRIES)):
        for part in range(3):
            asn = 64512 + country * 10 + part
            rows.append(
                (asn, country, HOME, _V6 + (asn << 32), 1 << 31)
                if part == 2
                else (asn, country, HOME, ten + ((country * 4 + part) << 16), 1 << 16)
            )
        # A carrier sends all its subscribers out through a few addresses.
        first = ten + (200 << 16) + (country << 9)
        rows += [
            (64516 + country * 10 + part, country, MOBILE, first + (part << 8), 16)
            for part in range(2)
        ]
        rows.append(
            (
                64519 + country * 10,
                country,
                SITE,
                ten + (country << 16) + (100 << 16),
                1 << 16,
            )
        )
    for cloud in range(5):
        rows.append((65000 + cloud, cloud % 4, HOSTING, lab + cloud * 20000, 20000))
    blocks = [(192, 0, 2), (198, 51, 100), (203, 0, 113)]
    for place, (a, b, c) in enumerate(blocks):
        base = (a << 24) + (b << 16) + (c << 8)
        rows += [
            (65100 + place * 2 + half, place * 2 + half, VPN, base + half * 128, 40)
            for half in range(2)
        ]
    return Networks(
        *(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    )


def country_language(country: int) -> str:
    """The language most people of a country write in here."""
    return _COUNTRY_LANGUAGE[country]


def addresses(networks: Networks, network: Integers, keys: Unsigned) -> Integers:
    """An address of each network, chosen by each key."""
    return networks.first[network] + below(keys, networks.size[network])


_OCTETS = pa.array([str(value) for value in range(256)])


def address_strings(numbers: Integers) -> Strings:
    """Write addresses in their usual form."""
    values = numbers.astype(np.int64)
    octets = [
        _OCTETS.take(pa.array((values >> shift) & 255)) for shift in (24, 16, 8, 0)
    ]
    text = pc.binary_join_element_wise(*octets, ".")
    is_v6 = values >= _V6
    if is_v6.any():
        six = values[is_v6]
        words = [
            f"2001:db8:{(n >> 16) & 0xFFFF:x}:{n & 0xFFFF:x}::1" for n in six.tolist()
        ]
        text = pc.replace_with_mask(text, pa.array(is_v6), pa.array(words))
    return text
