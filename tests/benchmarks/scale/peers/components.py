"""Groups of linked accounts: the model `link_communities`, igraph and NetworkX.

All start from the world's supported links with their weights. Components answer another
question than communities: they do not ask for density. Communities are those of the
Leiden (igraph) or Louvain algorithm (NetworkX) for modularity; the model also merges
those that no thin place parts. The second input is the same links many times over, each
time between accounts of their own, and some stray links between any two accounts, as
weak as the weakest.
"""

from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.peers.contest import PRODUCT, Contender, Step, Work
from tests.benchmarks.scale.peers.grouping import Groups
from tests.benchmarks.scale.peers.models import Models
from tests.benchmarks.scale.peers.world import operators

COPIES = 10
STRAY_SHARE = 0.01
"""Stray links for each link, where there are copies."""
_LINKS = """
    with copied as (
        select
            account_id_a || '-' || copy as account_id_a,
            account_id_b || '-' || copy as account_id_b,
            weight,
            row_number() over (order by md5(account_id_a || account_id_b || copy))
            as place
        from {links} cross join range({copies}) as copies (copy)
    )
    select account_id_a, account_id_b, weight from copied
    union all
    select one.account_id_a, other.account_id_b, (select min(weight) from copied)
    from copied as one
    inner join copied as other on one.place + 1 = other.place
    where {copies} > 1 and one.place % (1 / {share})::bigint = 0
"""


def truth(folder: Path, copies: int) -> dict[str, str | None]:
    """Campaign of each account, in each copy of the links."""
    return {
        f"{account}-{copy}": operator and f"{operator}-{copy}"
        for account, operator in operators(folder).items()
        for copy in range(copies)
    }


def ours(folder: Path, copies: int) -> Work:
    """The model, from links to named communities."""
    models = Models(folder / "warehouse")
    models.connection.execute(
        "create table supported_links as" + _query("built.main.supported_links", copies)
    )

    def work() -> pa.Table:
        models.build("link_communities")
        return models.connection.table("link_communities").to_arrow_table()

    return work


def _links(folder: Path, copies: int) -> list[tuple[str, str, float]]:
    database = Warehouse(folder / "warehouse").database
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(_query("supported_links", copies)).fetchall()


def _query(links: str, copies: int) -> str:
    return _LINKS.format(links=links, copies=copies, share=STRAY_SHARE)


def _igraph(folder: Path, copies: int, communities: bool) -> Work:
    import igraph

    links = _links(folder, copies)

    def work() -> Groups:
        graph = igraph.Graph.TupleList(links, weights=True)
        if communities:
            found = graph.community_leiden(
                objective_function="modularity",
                weights=_firmness(graph.es["weight"]).tolist(),
                n_iterations=10,
            ).membership
        else:
            found = graph.connected_components().membership
        return dict(zip(graph.vs["name"], found, strict=True))

    return work


def _networkx(folder: Path, copies: int, communities: bool) -> Work:
    import networkx as nx

    links = _links(folder, copies)

    def work() -> Groups:
        graph = nx.Graph()
        ends = [(one, other) for one, other, _ in links]
        weights = _firmness([weight for *_, weight in links]).tolist()
        graph.add_weighted_edges_from(
            (*pair, weight) for pair, weight in zip(ends, weights, strict=True)
        )
        found = (
            nx.community.louvain_communities(graph, seed=1)
            if communities
            else nx.connected_components(graph)
        )
        return {name: number for number, names in enumerate(found) for name in names}

    return work


def _firmness(weights: Any) -> Any:
    """What the model makes of log-odds."""
    return 1 / (1 + np.exp(-np.asarray(weights)))


def _step(name: str, copies: int) -> Step:
    peers = [
        Contender(
            f"{tool}, {'communities' if communities else 'components'}",
            partial(work, copies=copies, communities=communities),
        )
        for tool, work in (("igraph", _igraph), ("NetworkX", _networkx))
        for communities in (True, False)
    ]
    return Step(
        name,
        partial(truth, copies=copies),
        (Contender(PRODUCT, partial(ours, copies=copies)), *peers),
    )


STEPS = (
    _step("communities", 1),
    _step(f"communities, {COPIES} times over, with strays", COPIES),
)
