"""Client programs: user agents, their popularity and the TLS stacks beneath them."""

from dataclasses import dataclass

import numpy as np

from tests.worlds.hashing import Floats, Integers

SDK, HTTP, FRAMEWORK, AGENT, BROWSER = range(5)


@dataclass(frozen=True)
class Clients:
    """One row per user agent; `tls` indexes the fingerprints."""

    names: tuple[str, ...]
    kind: Integers
    popularity: Floats
    tls: Integers
    fingerprints: tuple[str, ...]

    def draw(self, rng: np.random.Generator, kind: int, size: int) -> Integers:
        """Draw user agents of a kind by popularity."""
        rows = np.flatnonzero(self.kind == kind)
        shares = self.popularity[rows]
        return rng.choice(rows, size, p=shares / shares.sum())


def build_clients(rng: np.random.Generator) -> Clients:
    """List programs with a few versions each; newer versions are more popular."""
    # program, versions, kind, popularity, TLS stack
    programs = (
        ("llm-sdk-python/1.{}.0", (35, 42, 51, 58, 61), SDK, 40.0, 0),
        ("llm-sdk-node/4.{}.1", (20, 33, 47, 52), SDK, 25.0, 1),
        ("llm-sdk-go/0.{}.0", (4, 6, 9), SDK, 6.0, 2),
        ("llm-sdk-java/2.{}.0", (1, 3, 8), SDK, 5.0, 3),
        ("llm-sdk-dotnet/1.{}.0", (0, 2), SDK, 3.0, 4),
        ("python-requests/2.{}.3", (28, 31, 32), HTTP, 12.0, 5),
        ("python-httpx/0.{}.0", (25, 27, 28), HTTP, 6.0, 0),
        ("axios/1.{}.2", (4, 6, 7), HTTP, 6.0, 1),
        ("okhttp/4.{}.0", (9, 12), HTTP, 3.0, 3),
        ("Go-http-client/2.{}", (0,), HTTP, 5.0, 2),
        ("curl/8.{}.0", (4, 6, 8), HTTP, 2.0, 6),
        ("node-fetch/3.{}", (2, 3), HTTP, 2.0, 1),
        ("chainwright/0.{}.2 python/3.11", (9, 11), FRAMEWORK, 10.0, 0),
        ("flowkit-agents/0.{}.1", (3, 4), FRAMEWORK, 6.0, 5),
        ("codepilot-cli/1.0.{} (external, cli)", (57, 61, 64), AGENT, 10.0, 1),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{}.0.0.0",
            (131, 133, 134),
            BROWSER,
            8.0,
            7,
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.{}.15",
            (17, 18),
            BROWSER,
            4.0,
            8,
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:{}.0) Gecko/20100101 Firefox/{}.0",
            (134, 135),
            BROWSER,
            2.0,
            9,
        ),
    )
    rows = [
        (name.replace("{}", str(version)), kind, share * (1 + place) ** 1.5, stack)
        for name, versions, kind, share, stack in programs
        for place, version in enumerate(versions)
    ]
    names, kinds, shares, stacks = zip(*rows, strict=True)
    digests = rng.integers(0, 2**32, (10, 4))
    fingerprints = tuple(
        "".join(f"{part:08x}" for part in digest) for digest in digests.tolist()
    )
    return Clients(
        names,
        np.array(kinds),
        np.array(shares, dtype=np.float64),
        np.array(stacks),
        fingerprints,
    )
