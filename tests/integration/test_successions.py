"""Heirs, generations, waves and pivots of a world whose heads are banned in waves."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Run
from tests.worlds.config import Campaign, WorldConfig
from tests.worlds.world import World, generate
from tests.worlds.writing import write

WORLD = WorldConfig(
    seed=5,
    population=1200,
    days=14,
    campaigns=(
        Campaign(
            "amber",
            1,
            24,
            3000,
            ("chain_of_thought",),
            ban_rate=0.06,
            replacement_hours=6,
            hands_on=True,
            pivots=True,
            text_share=0.8,
        ),
        Campaign(
            "birch",
            2,
            20,
            2000,
            ("rubric_grading",),
            ban_rate=0.05,
            replacement_hours=10,
            hands_on=True,
            text_share=0.8,
        ),
    ),
)
# Newcomers, by the probability that they replace somebody after so many requests.
EARLY = """
    select
        successor_account_id as account_id,
        sum(probability_after_10_requests) as probability,
        any_value(truth.is_extraction and truth.successor_of is not null) as is_heir
    from successions
    inner join truth on successions.successor_account_id = truth.account_id
    where probability_after_10_requests is not null
    group by successor_account_id
"""


@pytest.fixture(scope="module")
def world() -> World:
    return generate(WORLD)


@pytest.fixture(scope="module")
def published(
    run_core: Run, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reader of what is published, with the labels of accounts as `truth`."""
    folder: Path = tmp_path_factory.mktemp("successions")
    write(world, folder)
    outcome = run_core(
        "run", "--logs", folder / "logs", "--warehouse", folder / "warehouse"
    )
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    database = folder / "warehouse" / "extraction_watch.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.register("truth", world.truth_accounts)
        connection.register("events", world.enforcement_events)
        yield connection


def value(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    """The one value of a query."""
    ((found,),) = connection.execute(query).fetchall()
    return float(found)


def test_true_predecessors_come_first(published: duckdb.DuckDBPyConnection) -> None:
    heirs = value(
        published,
        "select count(*) from truth where is_extraction and successor_of is not null",
    )
    reciprocal = value(
        published,
        """
        select sum(1 / succession_rank)
        from successions
        inner join truth
            on successor_account_id = account_id
            and predecessor_account_id = successor_of
        where is_extraction
        """,
    )
    assert heirs >= 20
    assert reciprocal / heirs >= 0.75


def test_hardly_an_innocent_account_is_called_an_heir(
    published: duckdb.DuckDBPyConnection,
) -> None:
    called = value(
        published,
        """
        select
            count(distinct successor_account_id) filter (probability >= 0.5)
            / count(distinct account_id)
        from truth
        left join successions on successor_account_id = account_id
        where not is_extraction
        """,
    )
    assert called <= 0.005


def test_people_who_moved_are_known_as_such(
    published: duckdb.DuckDBPyConnection,
) -> None:
    moves = published.execute(
        """
        select kind, probability, continuation_probability
        from successions
        inner join truth
            on successor_account_id = account_id
            and predecessor_account_id = successor_of
        where not is_extraction and predecessor_account_id not in (
            select account_id from events where action = 'banned'
        )
        """
    ).fetchall()
    assert moves
    assert {kind for kind, _, _ in moves} <= {"owner_move", "same_organization"}
    assert {probability for _, probability, _ in moves} == {0}
    assert max(continuation for _, _, continuation in moves) > 0.9


def test_heirs_show_after_ten_requests(published: duckdb.DuckDBPyConnection) -> None:
    area = value(
        published,
        f"""
        with newcomers as ({EARLY})
        select avg(
            case
                when heirs.probability > others.probability then 1
                when heirs.probability = others.probability then 0.5
                else 0
            end
        )
        from newcomers as heirs
        cross join newcomers as others
        where heirs.is_heir and not others.is_heir
        """,
    )
    assert area >= 0.9


def test_generations_follow_the_tree_of_heads(
    published: duckdb.DuckDBPyConnection,
) -> None:
    steps = published.execute(
        """
        select heirs.generation - coalesce(predecessors.generation, 1)
        from cluster_members as heirs
        left join cluster_members as predecessors
            on heirs.predecessor_account_id = predecessors.account_id
        where heirs.predecessor_account_id is not null
        """
    ).fetchall()
    assert len(steps) >= 15
    assert set(steps) == {(1,)}
    assert value(published, "select max(generations) from clusters") == value(
        published, "select max(generation) from cluster_generations"
    )


def test_waves_hold_every_ban_of_a_member_once(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert value(published, "select sum(banned_accounts) from ban_waves") == value(
        published, "select count(left_at) from cluster_members"
    )
    assert value(published, "select max(banned_accounts) from ban_waves") >= 3


def test_only_the_campaign_that_turned_is_a_pivot(
    published: duckdb.DuckDBPyConnection,
) -> None:
    turned = published.execute(
        """
        select mode(truth.group_id)
        from model_pivots
        inner join cluster_members using (cluster_id)
        inner join truth using (account_id)
        where model_pivots.is_pivot
        group by cluster_id
        """
    ).fetchall()
    assert turned == [("amber",)]
