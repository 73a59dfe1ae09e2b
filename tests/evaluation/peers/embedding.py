"""Prompts as vectors, without a model: hashed words and pairs of words."""

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

DIMENSIONS = 256
_WORDS_MAX = 200
_QUERY = f"""
with texts as (
    select
        row_number() over (order by account_id, requested_at, request_id) - 1 as row,
        account_id,
        list_slice(
            string_split_regex(trim(lower(prompt)), '[^\\pL\\pN]+'), 1, {_WORDS_MAX}
        ) as words
    from (
        select *
        from api_requests
        where prompt is not null
        qualify row_number() over (
            partition by account_id order by requested_at, request_id
        ) <= ?
    )
),
grams as (
    select row, account_id, words || list_transform(
        range(1, len(words)), lambda place: words[place] || ' ' || words[place + 1]
    ) as grams
    from texts
)
select row, account_id, list_transform(
    grams,
    lambda gram: (md5_number_lower(gram) % {DIMENSIONS})::integer
) as buckets
from grams
order by row
"""


@dataclass(frozen=True)
class Embedded:
    """One row per prompt, in order of account and time; vectors have length 1."""

    account_id: NDArray[np.str_]
    vectors: NDArray[np.float32]

    def by_account(self) -> dict[str, NDArray[np.float32]]:
        """The vectors of each account, in order of time."""
        starts = np.flatnonzero(self.account_id[1:] != self.account_id[:-1]) + 1
        parts = np.split(self.vectors, starts)
        names = self.account_id[np.append(0, starts)].tolist() if len(parts[0]) else []
        return dict(zip(names, parts, strict=False))


def embed(log: duckdb.DuckDBPyConnection, prompts_max: int) -> Embedded:
    """The first prompts of each account whose text is kept, at most `prompts_max` each.

    A vector counts words and pairs of words by hashed bucket, dampened by the square
    root. It knows likeness of wording, not of meaning.
    """
    rows = log.sql(_QUERY, params=[prompts_max]).to_arrow_table()
    buckets = rows.column("buckets").combine_chunks()
    lengths = np.diff(buckets.offsets.to_numpy())
    matrix = csr_matrix(
        (
            np.ones(int(lengths.sum()), dtype=np.float32),
            (np.repeat(np.arange(len(lengths)), lengths), buckets.flatten().to_numpy()),
        ),
        shape=(len(lengths), DIMENSIONS),
    )
    vectors = np.sqrt(matrix.toarray())
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    accounts = np.array(rows.column("account_id").to_pylist(), dtype=np.str_)
    return Embedded(accounts, vectors / np.maximum(norms, 1e-9))
