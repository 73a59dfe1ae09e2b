"""What is true of the accounts of a labelled log."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from tests.worlds.hashing import Booleans, Floats, Integers

NO_LEVEL = -1
_QUERY = """
select
    accounts.account_id,
    accounts.is_extraction,
    coalesce(accounts.group_id, '') as "group",
    accounts.persona,
    coalesce(accounts.level, -1) as level,
    coalesce(accounts.successor_of, '') as successor_of,
    coalesce(accounts.pivots, false) as pivots,
    coalesce(requests.extraction_share, 1) as extraction_share,
    coalesce(requests.has_text, false) as has_text
from read_parquet($accounts) as accounts
left join (
    select
        account_id,
        avg(is_extraction::integer) as extraction_share,
        bool_or(has_text) as has_text
    from read_parquet($requests)
    group by account_id
) as requests using (account_id)
order by md5(accounts.account_id)
"""


@dataclass(frozen=True)
class Truth:
    """One element per account, in an order that says nothing about them.

    `group` is the campaign of an extracting account, `level` its level of evasion
    (`NO_LEVEL` for others); `successor_of` is the banned account that it replaces,
    empty for none; `extraction_share` the share of its requests that extract.
    """

    account_id: NDArray[np.str_]
    is_extraction: Booleans
    group: NDArray[np.str_]
    persona: NDArray[np.str_]
    level: Integers
    successor_of: NDArray[np.str_]
    pivots: Booleans
    extraction_share: Floats
    has_text: Booleans

    def __len__(self) -> int:
        return len(self.account_id)

    def only(self, kept: Booleans) -> "Truth":
        """As if the other accounts had not been in the log."""
        return Truth(*(getattr(self, field.name)[kept] for field in fields(self)))


def read_truth(folder: Path) -> Truth:
    """The labels that a world or another labelled log has in `truth/`."""
    paths = {
        "accounts": str(folder / "accounts.parquet"),
        "requests": str(folder / "requests.parquet"),
    }
    columns: dict[str, Any] = duckdb.connect().execute(_QUERY, paths).fetchnumpy()
    return Truth(
        account_id=columns["account_id"].astype(np.str_),
        is_extraction=columns["is_extraction"].astype(bool),
        group=columns["group"].astype(np.str_),
        persona=columns["persona"].astype(np.str_),
        level=columns["level"].astype(np.int64),
        successor_of=columns["successor_of"].astype(np.str_),
        pivots=columns["pivots"].astype(bool),
        extraction_share=columns["extraction_share"].astype(float),
        has_text=columns["has_text"].astype(bool),
    )
