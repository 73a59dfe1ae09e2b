"""What the suites need to know about the run that they check."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, UTC, without zone, as the tables hold times."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class GateSettings:
    """Values of the run's dbt vars of the same names, and the time to judge by.

    `checked_at` is in UTC without zone. `rejected_share_stop` is the share of rejected
    input rows above which nothing is published; above `rejected_share_max` it warns.
    `implausible_share_max` is the share of input rows whose numbers or times may be
    implausible before that stops publication.
    """

    assumed_base_rate: float = 0.001
    enforcing_families_min: int = 2
    rejected_share_max: float = 0.05
    rejected_share_stop: float = 0.5
    implausible_share_max: float = 0.01
    checked_at: datetime = field(default_factory=utc_now)

    @property
    def prior_log_odds(self) -> float:
        """Log-odds of an extraction before any evidence."""
        return math.log(self.assumed_base_rate / (1 - self.assumed_base_rate))
