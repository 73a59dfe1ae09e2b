"""Bands at the base rate of real life: one account of a campaign in a thousand."""

import duckdb

from tests.evaluation.builds import BuiltWorld
from tests.evaluation.markdown import UNKNOWN, share, table

BANDS = ("critical", "high", "medium", "low", "minimal")


def band_table(world: BuiltWorld) -> str:
    """Accounts by band, those of campaigns, and the precision of the band."""
    with duckdb.connect(str(world.database), read_only=True) as connection:
        said = dict(
            connection.execute("select account_id, risk_band from accounts").fetchall()
        )
    truth = world.truth
    pairs = zip(truth.account_id.tolist(), truth.is_extraction.tolist(), strict=True)
    counts = {band: [0, 0] for band in BANDS}
    for account, is_extraction in pairs:
        counts[said[account]][0] += 1
        counts[said[account]][1] += is_extraction
    rows = [
        (
            band,
            f"{accounts:,}",
            f"{guilty:,}",
            share(guilty / accounts, 3) if accounts else UNKNOWN,
        )
        for band, (accounts, guilty) in counts.items()
    ]
    return table(("band", "accounts", "of campaigns", "precision"), rows)
