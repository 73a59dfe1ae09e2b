"""Co-similarity network: who often sends much the same text within a minute.

With coordination-network-toolkit of the Queensland University of Technology, which
makes such networks of posts: a prompt stands for a post. It needs texts.
"""

import contextlib
import io
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from coordination_network_toolkit.compute_networks import compute_co_similar_tweet
from coordination_network_toolkit.preprocess import preprocess_data

from tests.evaluation.peers.components import components
from tests.evaluation.peers.verdicts import Verdicts

_WINDOW_SECONDS = 60
_SIMILARITY = 0.5  # Jaccard, of words
_TIMES = 2  # messages from which on a pair of accounts is an edge


def judge_co_action(log: duckdb.DuckDBPyConnection) -> Verdicts:
    """Score: messages that had a like one of another account; acts on any edge."""
    messages = log.execute(
        """
        select
            request_id, account_id, account_id, '', '', prompt, epoch(requested_at), []
        from api_requests
        where prompt is not null
        """
    ).fetchall()
    with TemporaryDirectory(prefix="co-action-") as folder:
        database = str(Path(folder) / "network.db")
        with contextlib.redirect_stdout(io.StringIO()):
            preprocess_data(database, messages)
            compute_co_similar_tweet(
                database, _WINDOW_SECONDS, 2, _SIMILARITY, min_edge_weight=_TIMES
            )
        with contextlib.closing(sqlite3.connect(database)) as network:
            edges = network.execute(
                "select user_1, user_2, weight from co_similar_tweet_network "
                "where user_1 <> user_2"
            ).fetchall()
    scores = {account: 0.0 for _, account, *_ in messages}
    for account, _, weight in edges:
        scores[account] += float(weight)
    clusters = components((one, other) for one, other, _ in edges)
    return Verdicts(scores, _TIMES, clusters)
