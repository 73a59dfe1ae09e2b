"""Each peer fires on a log that shows what it looks for, and on no other."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.evaluation.peers.co_action import judge_co_action
from tests.evaluation.peers.components import components
from tests.evaluation.peers.embedding import Embedded, embed
from tests.evaluation.peers.fixed_weights import judge_fixed_weights
from tests.evaluation.peers.log import open_log
from tests.evaluation.peers.mmd import judge_mmd
from tests.evaluation.peers.prada import judge_prada
from tests.evaluation.peers.shared_attributes import judge_shared_attributes
from tests.evaluation.peers.volume import judge_volume
from tests.worlds.world import World
from tests.worlds.writing import write

BEGIN = datetime(2026, 3, 2, 9)
REQUEST = {
    "request_id": pa.string(),
    "account_id": pa.string(),
    "requested_at": pa.timestamp("us"),
    "client_device_id": pa.string(),
    "client_ip": pa.string(),
    "client_country": pa.string(),
    "tls_fingerprint": pa.string(),
    "model": pa.string(),
    "system_prompt": pa.string(),
    "prompt": pa.string(),
    "input_tokens": pa.int64(),
    "max_output_tokens": pa.int64(),
}
ACCOUNT = ("account_id", "payment_fingerprint", "organization_id")


def request(account: str, seconds: float = 0, **columns: Any) -> dict[str, Any]:
    """A request some seconds after the log's begin; what is not named is null."""
    moment = BEGIN + timedelta(seconds=seconds)
    return {"account_id": account, "requested_at": moment, "model": "m"} | columns


def log_of(
    folder: Path, requests: Sequence[dict[str, Any]], accounts: Sequence[dict[str, Any]]
) -> duckdb.DuckDBPyConnection:
    rows = [row | {"request_id": f"{n}"} for n, row in enumerate(requests)]
    schema = pa.schema(list(REQUEST.items()))
    pq.write_table(pa.Table.from_pylist(rows, schema), folder / "api_requests.parquet")
    schema = pa.schema([(name, pa.string()) for name in ACCOUNT])
    pq.write_table(
        pa.Table.from_pylist(list(accounts), schema), folder / "accounts.parquet"
    )
    return open_log(folder)


@pytest.fixture(scope="module")
def small_log(
    small_world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("small")
    write(small_world, folder)
    with open_log(folder / "logs") as log:
        yield log


def test_volume_acts_on_a_busy_day_only(tmp_path: Path) -> None:
    day = 86_400
    requests = [request("busy", n) for n in range(200)]
    requests += [request("steady", n * day / 100) for n in range(300)]
    verdicts = judge_volume(log_of(tmp_path, requests, []))
    assert verdicts.scores["busy"] == 200 >= verdicts.threshold
    assert verdicts.scores["steady"] == 100 < verdicts.threshold


def test_components_join_over_several_things(tmp_path: Path) -> None:
    requests = [
        request("a", client_device_id="d1", client_ip="192.0.2.1"),
        request("b", client_device_id="d1"),
        request("c", client_ip="192.0.2.1"),
        request("lone"),
    ]
    accounts = [{"account_id": name, "payment_fingerprint": "p"} for name in "bd"]
    log = log_of(tmp_path, requests, accounts)
    near = judge_shared_attributes(log, ("payment", "device"))
    assert near.clusters == {"a": "a", "b": "a", "d": "a"}
    assert near.scores["a"] == 3
    far = judge_shared_attributes(log, ("payment", "device", "address"))
    assert set(far.clusters) == {"a", "b", "c", "d"}
    assert far.scores["lone"] == 1


def test_components_against_a_walk() -> None:
    rng = np.random.default_rng(5)
    edges = [(f"n{a}", f"n{b}") for a, b in rng.integers(0, 60, (40, 2)).tolist()]
    found = components(edges)
    for start in found:
        reached, border = {start}, {start}
        while border:
            border = {
                other
                for edge in edges
                for other in edge
                if set(edge) & border and other not in reached
            }
            reached |= border
        assert {name for name in found if found[name] == found[start]} == reached


def test_fixed_weights_act_on_a_loud_pool_only(tmp_path: Path) -> None:
    loud = [
        request(
            f"loud{account}",
            20 * n,
            client_country="CN",
            client_ip=f"192.0.2.{account}",
            tls_fingerprint=f"t{n % 3}",
            system_prompt="You are a grader.",
            prompt=f"Explain step by step why {n} is so.",
            input_tokens=100,
            max_output_tokens=8192,
        )
        for account in range(12)
        for n in range(60)
    ]
    plain = [
        request("plain", 7200 * n + 7, client_ip="198.51.100.9", prompt="Good morning")
        for n in range(60)
    ]
    verdicts = judge_fixed_weights(log_of(tmp_path, [*loud, *plain], []))
    scores = [verdicts.scores[f"loud{account}"] for account in range(12)]
    assert min(scores) >= verdicts.threshold
    assert verdicts.scores["plain"] < 0.01
    assert "plain" not in verdicts.clusters
    assert len({verdicts.clusters[f"loud{account}"] for account in range(12)}) == 1


def embedded(**accounts: np.ndarray[Any, Any]) -> Embedded:
    vectors = np.concatenate(list(accounts.values())).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = [name for name, rows in accounts.items() for _ in rows]
    return Embedded(np.array(names), vectors)


def test_prada_acts_on_distances_that_are_not_normal() -> None:
    rng = np.random.default_rng(3)
    people = rng.normal(size=(60, 50))
    # Half new, half small changes of what came before.
    synthetic = np.concatenate([people[:30], people[:30] + 0.01])
    few = rng.normal(size=(10, 50))
    verdicts = judge_prada(embedded(people=people, synthetic=synthetic, few=few))
    assert verdicts.scores["people"] < verdicts.threshold
    assert verdicts.scores["synthetic"] >= verdicts.threshold
    assert "few" not in verdicts.scores


def test_prada_acts_on_one_prompt_over_and_over() -> None:
    verdicts = judge_prada(embedded(same=np.ones((40, 5))))
    assert verdicts.scores == {"same": 1.0}


def test_mmd_acts_on_what_is_unlike_benign_traffic() -> None:
    rng = np.random.default_rng(4)
    benign = {f"b{n}": rng.normal(size=(40, 20)) for n in range(20)}
    strange = rng.normal(size=(40, 20)) + 3
    few = rng.normal(size=(10, 20)) + 3
    verdicts = judge_mmd(embedded(**benign, strange=strange, few=few), set(benign))
    assert verdicts.scores["strange"] >= verdicts.threshold
    over = [name for name in benign if verdicts.scores[name] >= verdicts.threshold]
    assert len(over) <= 2
    assert "few" not in verdicts.scores


def test_embedding_knows_likeness_of_words(tmp_path: Path) -> None:
    texts = ("Sort a list of numbers", "sort a list of words!", "Der Wald ist still")
    requests = [request("a", n, prompt=text) for n, text in enumerate(texts)]
    requests += [request("b"), request("c", prompt="")]
    log = log_of(tmp_path, requests, [])
    prompts = embed(log, 10)
    assert prompts.account_id.tolist() == ["a", "a", "a", "c"]
    alike = prompts.vectors @ prompts.vectors.T
    assert alike[0, 1] > 0.5 > 0.2 > alike[0, 2]
    assert embed(log, 2).account_id.tolist() == ["a", "a", "c"]


def test_co_similarity_joins_who_says_the_same_at_once(tmp_path: Path) -> None:
    text = "Explain in detail why the value of item {} in the table is wrong"
    requests = [
        request(account, 1000 * n + 30 * place, prompt=text.format(n))
        for n in range(2)
        for place, account in enumerate("ab")
    ]
    # The same words, but minutes later; other words at the same time; only once.
    requests += [request("late", 1000 * n + 500, prompt=text.format(n)) for n in (0, 1)]
    requests += [request("other", 1000 * n, prompt=f"Good day {n}") for n in (0, 1)]
    requests += [request("once", 0, prompt=text.format(0))]
    verdicts = judge_co_action(log_of(tmp_path, requests, []))
    assert verdicts.clusters == {"a": "a", "b": "a"}
    assert verdicts.scores["a"] >= verdicts.threshold
    assert verdicts.scores["late"] == verdicts.scores["other"] == 0
    assert verdicts.scores["once"] < verdicts.threshold


def test_peers_take_a_whole_log(small_log: duckdb.DuckDBPyConnection) -> None:
    (accounts,) = small_log.execute(
        "select count(distinct account_id) from api_requests"
    ).fetchall()[0]
    for verdicts in (
        judge_volume(small_log),
        judge_shared_attributes(small_log, ("payment", "device", "address")),
        judge_fixed_weights(small_log),
    ):
        assert len(verdicts.scores) >= accounts
    for verdicts in (judge_prada(embed(small_log, 100)), judge_co_action(small_log)):
        assert 0 < len(verdicts.scores) < accounts
