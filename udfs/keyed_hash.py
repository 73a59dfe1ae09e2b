"""Hash of what must be recognised again but not read."""

import hmac
import os
from functools import lru_cache

import pyarrow as pa

PEPPER_VARIABLE = "EXTRACTION_WATCH_PEPPER"
"""Names the secret in the environment."""
HEX_CHARACTERS = 32


# the same accounts and addresses come again and again
@lru_cache(maxsize=2**16)
def hash_with(pepper: str, text: str) -> str:
    """The first 128 bits of HMAC-SHA256, as hexadecimal digits."""
    # a lone surrogate, which JSON can write, is text too
    message = text.encode("utf-8", errors="surrogatepass")
    # a pepper of random bytes is no text: the bytes count, as the system gave them
    key = pepper.encode("utf-8", errors="surrogateescape")
    digest = hmac.digest(key, message, "sha256")
    return digest.hex()[:HEX_CHARACTERS]


def keyed_hash(text: pa.Array) -> pa.Array:
    """Keyed hash of each text: equal texts have equal hashes.

    The key is the pepper, a secret in the environment of the process
    (`EXTRACTION_WATCH_PEPPER`): without it nobody can find the text by hashing guesses,
    which for an address of the internet takes minutes. HMAC-SHA256 (RFC 2104), cut to
    128 bits.

    Args:
        text: string array, shape (n,).

    Returns:
        string array of 32 hexadecimal digits, shape (n,); null for a null text, and all
        null where no pepper is set.

    Example:
        >>> os.environ["EXTRACTION_WATCH_PEPPER"] = "only an example of one"
        >>> one, same, other = keyed_hash(pa.array(["a", "a", "b"])).to_pylist()
        >>> len(one), one == same, one == other
        (32, True, False)
        >>> del os.environ["EXTRACTION_WATCH_PEPPER"]
    """
    pepper = os.environ.get(PEPPER_VARIABLE)
    if not pepper:
        return pa.nulls(len(text), pa.string())
    hashes = [
        None if value is None else hash_with(pepper, value)
        for value in text.to_pylist()
    ]
    return pa.array(hashes, pa.string())
