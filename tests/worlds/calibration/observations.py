"""What a built world says of its pairs and accounts, next to the truth."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tests.worlds.calibration.capped_logistic import Findings
from tests.worlds.calibration.link_weights import pair_prior_log_odds
from tests.worlds.calibration.membership_weights import FEATURES, LabelledMembers
from tests.worlds.calibration.seeds import Key, Weighing
from tests.worlds.hashing import Booleans, Floats, Integers

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class LabelledPairs:
    """Candidate pairs: what they share, and whether one campaign runs both.

    `shared` has one element per pair and thing, the rest one per pair; `prior_log_odds`
    is what the pipeline starts from in a world of that many accounts.
    """

    shared: Findings
    is_one_operator: Booleans
    prior_log_odds: Floats

    @staticmethod
    def joined(parts: "list[LabelledPairs]") -> "LabelledPairs":
        """The pairs of several worlds."""
        labels = [part.is_one_operator for part in parts]
        findings = [part.shared for part in parts]
        return LabelledPairs(
            shared=_renumbered(findings, labels),
            is_one_operator=np.concatenate(labels),
            prior_log_odds=np.concatenate([part.prior_log_odds for part in parts]),
        )


@dataclass(frozen=True)
class LabelledAccounts:
    """Accounts: findings about them, and what they are.

    `findings` has one element per account and finding, the rest one per account;
    `persona` of an account of a campaign says the campaign's level. Bystanders are
    benign accounts in a cluster with accounts of a campaign. Accounts of one cluster
    have one `group`, others one of their own.
    """

    findings: Findings
    is_extraction: Booleans
    is_bystander: Booleans
    group: Integers
    persona: NDArray[np.str_]
    account_id: NDArray[np.str_]

    @staticmethod
    def joined(parts: "list[LabelledAccounts]") -> "LabelledAccounts":
        """The accounts of several worlds."""
        labels = [part.is_extraction for part in parts]
        findings = [part.findings for part in parts]
        return LabelledAccounts(
            findings=_renumbered(findings, labels),
            is_extraction=np.concatenate(labels),
            is_bystander=np.concatenate([part.is_bystander for part in parts]),
            group=_numbered_on([part.group for part in parts]),
            persona=np.concatenate([part.persona for part in parts]),
            account_id=np.concatenate([part.account_id for part in parts]),
        )

    def only(self, chosen: Booleans) -> "LabelledAccounts":
        """The chosen accounts, numbered anew."""
        return LabelledAccounts(
            findings=self.findings.only(chosen),
            is_extraction=self.is_extraction[chosen],
            is_bystander=self.is_bystander[chosen],
            group=self.group[chosen],
            persona=self.persona[chosen],
            account_id=self.account_id[chosen],
        )


def read_pairs(
    database: Path, truth: Path, weighing: Weighing, pool_accounts: float
) -> LabelledPairs:
    """Candidate pairs of a world, but those of one benign group.

    `database` is the working database of its build, `truth` its labels of accounts;
    `pool_accounts` is the project's var link_pool_accounts.
    """
    with _opened(database, pq.read_table(truth)) as connection:
        rows = _columns(connection, "labelled_pairs.sql")
        accounts = connection.table("account_profiles").count("*").fetchall()[0][0]
    pair = rows["pair_number"].astype(np.int64)
    labels = np.zeros(int(pair.max(initial=-1)) + 1, dtype=bool)
    labels[pair] = rows["is_one_operator"]
    keys: list[Key] = [(str(entity_type),) for entity_type in rows["entity_type"]]
    prior = pair_prior_log_odds(pool_accounts, int(accounts))
    return LabelledPairs(
        shared=_findings(pair, keys, rows["rarity"], weighing),
        is_one_operator=labels,
        prior_log_odds=np.full(len(labels), prior),
    )


def read_members(database: Path, truth: Path) -> LabelledMembers:
    """Accounts in communities of campaigns; arguments as in `read_pairs`."""
    with _opened(database, pq.read_table(truth)) as connection:
        rows = _columns(connection, "labelled_members.sql")
    return LabelledMembers(
        values=np.column_stack([rows[feature] for feature in FEATURES]).astype(float),
        is_member=rows["is_member"].astype(bool),
    )


def read_accounts(database: Path, truth: Path, weighing: Weighing) -> LabelledAccounts:
    """Accounts with requests of a world; arguments as in `read_pairs`."""
    return read_labelled_accounts(database, pq.read_table(truth), weighing)


def read_labelled_accounts(
    database: Path, labels: pa.Table, weighing: Weighing
) -> LabelledAccounts:
    """Accounts with requests and a label, in order of their ids.

    `labels` has the columns account_id, is_extraction, persona and level of a world's
    truth. Findings of signals that `weighing` does not know are left out.
    """
    with _opened(database, labels) as connection:
        accounts = _columns(connection, "labelled_accounts.sql")
        rows = _columns(connection, "labelled_findings.sql")
    keys: list[Key] = [
        (str(signal), str(entity_type))
        for signal, entity_type in zip(rows["signal"], rows["entity_type"], strict=True)
    ]
    known = [place for place, key in enumerate(keys) if key in weighing.parameter]
    account = rows["account_number"].astype(np.int64)[known]
    values = rows["value"][known]
    return LabelledAccounts(
        findings=_findings(account, [keys[one] for one in known], values, weighing),
        is_extraction=accounts["is_extraction"].astype(bool),
        is_bystander=accounts["is_bystander"].astype(bool),
        group=np.unique(accounts["group_key"].astype(np.str_), return_inverse=True)[1],
        persona=accounts["persona"].astype(np.str_),
        account_id=accounts["account_id"].astype(np.str_),
    )


def _opened(database: Path, labels: pa.Table) -> duckdb.DuckDBPyConnection:
    """A reader of the build in which the labels are the view `truth`."""
    connection = duckdb.connect(str(database), read_only=True)
    connection.register("truth", labels)
    return connection


def _columns(
    connection: duckdb.DuckDBPyConnection, query: str
) -> dict[str, NDArray[Any]]:
    """Result of a query that lies beside this file, by column."""
    sql = (_HERE / query).read_text(encoding="utf-8")
    return {
        name: np.asarray(values)
        for name, values in connection.execute(sql).fetchnumpy().items()
    }


def _findings(
    observation: NDArray[np.int64],
    keys: list[Key],
    values: NDArray[Any],
    weighing: Weighing,
) -> Findings:
    """Findings of known kinds, by the keys of their kinds."""
    return Findings(
        observation=observation,
        parameter=np.array([weighing.parameter[key] for key in keys], dtype=np.int64),
        family=np.array([weighing.family[key] for key in keys], dtype=np.int64),
        value=values.astype(float),
        weight_max=np.array([weighing.weight_max[key] for key in keys], dtype=float),
    )


def _renumbered(parts: list[Findings], labels: list[Booleans]) -> Findings:
    """Findings of observations that are numbered on from part to part."""
    sizes = [0, *(len(part) for part in labels[:-1])]
    first = np.cumsum(sizes).tolist()
    return Findings.joined(
        [part.moved(begin) for part, begin in zip(parts, first, strict=True)]
    )


def _numbered_on(parts: list[Integers]) -> Integers:
    """Groups of several worlds, none of which is in two of them."""
    first = 0
    numbered = []
    for part in parts:
        numbered.append(part + first)
        first += int(part.max(initial=-1)) + 1
    return np.concatenate(numbered)
