"""Tombstones: keyed hashes of the accounts that were forgotten.

`<warehouse>/forgotten.json` holds them. Staging leaves the rows of these accounts out,
so that no run brings them back from the logs.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extraction_watch.inputs.errors import InputError
from extraction_watch.inputs.hash_cache import write_atomically
from udfs.keyed_hash import PEPPER_VARIABLE, hash_with

PEPPER_CHARACTERS_MIN = 16
CHECKED_TEXT = "extraction_watch"
"""Its hash is kept too: another pepper is noticed by it."""


def tombstone_file(warehouse: Path) -> Path:
    return warehouse / "forgotten.json"


def forgotten_hashes(
    warehouse: Path, environment: Mapping[str, str] = os.environ
) -> tuple[str, ...]:
    """The hashes of all forgotten accounts, and of clusters that were named after them.

    Raises InputError where there are some and the pepper is not the one of their time:
    the accounts would come back.
    """
    content = _read(tombstone_file(warehouse))
    if content is None:
        return ()
    pepper = environment.get(PEPPER_VARIABLE, "")
    if hash_with(pepper, CHECKED_TEXT) != content["check"]:
        raise InputError(
            f"Accounts were forgotten in {warehouse}, and {PEPPER_VARIABLE} "
            f"{'is another one' if pepper else 'is not set'} now. Set it to the one of "
            "that time, or they would come back."
        )
    return tuple(
        account[name]
        for account in content["accounts"]
        for name in ("account_hash", "cluster_hash")
        if name in account
    )


def forgotten_count(warehouse: Path) -> int:
    """How many accounts were forgotten. Raises InputError for a damaged file."""
    content = _read(tombstone_file(warehouse))
    return len(content["accounts"]) if content else 0


def forget_accounts(
    warehouse: Path,
    accounts: Iterable[str],
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Add the tombstones of accounts.

    Raises InputError where no pepper is set, or one that can be guessed, or another one
    than for the tombstones that are there.
    """
    pepper = environment.get(PEPPER_VARIABLE, "")
    if len(pepper) < PEPPER_CHARACTERS_MIN:
        raise InputError(
            f"Set {PEPPER_VARIABLE} to a secret of at least {PEPPER_CHARACTERS_MIN} "
            "characters that you keep: what is forgotten is told by its hash with it."
        )
    known = set(forgotten_hashes(warehouse, environment))
    content = _read(tombstone_file(warehouse)) or {
        "check": hash_with(pepper, CHECKED_TEXT),
        "accounts": [],
    }
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    content["accounts"] += [
        {
            "account_hash": account_hash,
            "cluster_hash": hash_with(pepper, cluster_named_after(one)),
            "forgotten_at": now,
        }
        for one in dict.fromkeys(accounts)
        if (account_hash := hash_with(pepper, one)) not in known
    ]
    text = json.dumps(content, indent=1) + "\n"
    write_atomically(tombstone_file(warehouse), text.encode("utf-8"))


def last_forgotten_at(warehouse: Path) -> datetime | None:
    """When an account was forgotten last, UTC without zone; None where none was."""
    content = _read(tombstone_file(warehouse)) or {"accounts": []}
    times = (
        datetime.fromisoformat(account["forgotten_at"]).replace(tzinfo=None)
        for account in content["accounts"]
    )
    return max(times, default=None)


def cluster_named_after(account: str) -> str:
    """Id of the cluster that an account founded, as models/clusters makes it."""
    text = account.encode("utf-8", errors="surrogatepass")
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    """The file's content; None where nothing was ever forgotten."""
    if not path.exists():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        for account in content["accounts"]:
            str(account["account_hash"])
        str(content["check"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"{path} is damaged: {error}. Restore it, or the accounts that it names "
            "would come back."
        ) from error
    return content
