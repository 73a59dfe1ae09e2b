"""What a peer says of the accounts of a log."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdicts:
    """Scores by account_id, the score from which it acts, and cluster by account_id.

    An account that it cannot judge has no score; one that it puts nowhere no cluster.
    """

    scores: Mapping[str, float]
    threshold: float
    clusters: Mapping[str, str] = field(default_factory=dict)
