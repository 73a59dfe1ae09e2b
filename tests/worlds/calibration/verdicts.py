"""The accounts that an operator's analysts decided, from a warehouse of theirs."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from extraction_watch.warehouse import Warehouse
from tests.worlds.calibration.observations import (
    LabelledAccounts,
    read_labelled_accounts,
)
from tests.worlds.calibration.seeds import Weighing
from tests.worlds.hashing import Integers

PARTS = 5
"""Parts of the verdicts, each of which is once held out."""

_LABELS = Path(__file__).with_name("verdict_labels.sql")


class VerdictError(Exception):
    """The verdicts cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Verdicts:
    """Decided accounts that the log shows, with the findings of the last run.

    `part` has one element per account, from 0 to `PARTS` - 1; accounts of one cluster
    are in one part. `prior_log_odds` is that of the warehouse's scores. `unused` counts
    the other decisions by why nothing was learned from them; `unknown_signals` have
    findings and no row in the seed.
    """

    accounts: LabelledAccounts
    part: Integers
    prior_log_odds: float
    unused: Mapping[str, int]
    unknown_signals: tuple[str, ...]


def read_verdicts(warehouse: Warehouse, weighing: Weighing) -> Verdicts:
    """Read what the last run on DuckDB left in the working database.

    Raises VerdictError, and WarehouseError while a run works on the warehouse.
    """
    if not warehouse.database.is_file():
        raise VerdictError(
            f"There is no working database at {warehouse.database}. Name the folder of "
            "an earlier `make run` on DuckDB with WAREHOUSE=."
        )
    with warehouse.lock():
        try:
            return _read(warehouse.database, weighing)
        except duckdb.Error as error:
            raise VerdictError(
                f"{warehouse.database} cannot be read: {error}\n"
                "Finish a `make run` of this version on it first."
            ) from error


def _read(database: Path, weighing: Weighing) -> Verdicts:
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(_LABELS.read_text("utf-8")).fetchall()
        ((prior_log_odds,),) = connection.execute(
            "select prior_log_odds from run_parameters"
        ).fetchall()
        signals = connection.execute("select distinct signal from findings").fetchall()
    used = [row for row in rows if row[-1] is None]
    unused = Counter(why_not for *_, why_not in rows if why_not is not None)
    _check_classes([is_extraction for _, _, is_extraction, *_ in used], unused)
    account_ids, decided_on, is_extraction, unit_ids, _ = zip(*used, strict=True)
    labels = pa.table(
        {
            "account_id": account_ids,
            "is_extraction": is_extraction,
            "persona": [f"verdict on {entity_type}" for entity_type in decided_on],
            "level": pa.nulls(len(used), pa.int64()),
        }
    )
    accounts = read_labelled_accounts(database, labels, weighing)
    unit = dict(zip(account_ids, unit_ids, strict=True))
    known = {signal for signal, _ in weighing.parameter}
    return Verdicts(
        accounts=accounts,
        part=np.array([_part(unit[one]) for one in accounts.account_id.tolist()]),
        prior_log_odds=float(prior_log_odds),
        unused=unused,
        unknown_signals=tuple(sorted({name for (name,) in signals} - known)),
    )


def _check_classes(labels: Sequence[bool], unused: Mapping[str, int]) -> None:
    """Raise VerdictError unless there are decided accounts of both kinds."""
    if any(labels) and not all(labels):
        return
    left_out = "".join(f"\n  {count} {why}" for why, count in sorted(unused.items()))
    if left_out:
        left_out = f" Not used:{left_out}"
    if not labels:
        raise VerdictError(
            "No verdict on an account of this log. Put a table `verdicts` beside the "
            f"logs and run again.{left_out}"
        )
    only, other = ("extraction", "benign") if labels[0] else ("benign", "extraction")
    raise VerdictError(
        f"All {len(labels)} decided accounts are {only}: a fit compares two kinds. "
        f"Decide some that are {other}.{left_out}"
    )


def _part(unit_id: str) -> int:
    return int(hashlib.md5(unit_id.encode()).hexdigest(), 16) % PARTS
