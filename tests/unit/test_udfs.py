"""The functions that run inside the engines, as plain functions on Arrow arrays."""

import doctest
import importlib
from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core.caching import CacheImpl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from udfs import UDFS
from udfs._bytes import compiled
from udfs.cluster_history import cluster_history
from udfs.common_skeleton import common_skeleton
from udfs.link_communities import link_communities
from udfs.prompt_sketch import (
    HEAD_SHINGLES,
    MIDDLE_SAMPLE,
    TAIL_SHINGLES,
    prompt_sketch,
)

Pair = tuple[int, int]
Event = dict[str, Any]

FOLDER = Path(__file__).resolve().parents[2] / "udfs"
NAMES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))

words = st.lists(
    st.sampled_from(
        [
            "alpha",
            "Beta",
            "gamma",
            "delta",
            "12",
            "2026",
            "é",
            "ß",
            "漢",
            "字",
            "한",
            "Ω",
        ]
    ),
    min_size=3,
    max_size=9,
)
# What people and machines write: any letter, control characters, lone marks.
hostile = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


# --- All functions -------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_examples_in_the_docstring_hold(name: str) -> None:
    module = importlib.import_module(f"udfs.{name}")
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_every_file_holds_a_function_that_is_registered() -> None:
    assert sorted(udf.name for udf in UDFS) == NAMES


@pytest.mark.parametrize("udf", UDFS, ids=lambda udf: udf.name)
def test_no_rows_give_no_rows(udf: Any) -> None:
    kinds = {"varchar": pa.string(), "varchar[]": pa.list_(pa.string())}
    kind = kinds.get(udf.duckdb_parameter, LINKS)
    assert len(udf.function(pa.array([], kind))) == 0


# --- prompt_sketch -------------------------------------------------------------------


def sketch(*prompts: str | None) -> list[list[int] | None]:
    sketches: list[list[int] | None] = prompt_sketch(
        pa.array(prompts, pa.string())
    ).to_pylist()
    return sketches


def shingles(prompt: str) -> set[int]:
    (found,) = sketch(prompt)
    return set(found or ())


def test_null_and_short_texts() -> None:
    assert sketch(None, "", "one two", " \n", "one two three") == [
        None,
        [],
        [],
        [],
        sketch("one two three")[0],
    ]
    assert len(shingles("one two three")) == 1


@given(words)
def test_case_and_punctuation_do_not_count(prompt: list[str]) -> None:
    plain = " ".join(word for word in prompt if word.isascii())
    loud = ", ".join(word.upper() for word in prompt if word.isascii()) + "!"
    assert sketch(plain) == sketch(loud)


@given(words, st.integers(0, 10**18), st.integers(0, 10**18))
def test_all_numbers_are_one_word(prompt: list[str], one: int, other: int) -> None:
    text = " ".join(prompt) + " has {} of them"
    assert sketch(text.format(one)) == sketch(text.format(other))


@given(words, words, words, st.integers(0, 3000))
def test_a_skeleton_is_shared_whatever_fills_the_slot(
    before: list[str], after: list[str], slot: list[str], more: int
) -> None:
    """The opening and the end are found however long and odd what lies between is."""
    skeleton = shingles(" ".join(before)) | shingles(" ".join(after))
    content = slot + [f"word{chr(97 + n % 26)}" for n in range(more)]
    assert skeleton <= shingles(" ".join([*before, "|", *slot, "|", *after]))
    assert skeleton <= shingles(" ".join([*before, "|", *content, "|", *after]))


def test_long_prompts_have_small_sketches() -> None:
    prompt = " ".join(
        f"word{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(9**5)
    )
    limit = HEAD_SHINGLES + TAIL_SHINGLES + 3 * 2048 // 8 // MIDDLE_SAMPLE
    assert TAIL_SHINGLES < len(shingles(prompt)) <= limit


@given(st.lists(st.none() | hostile, max_size=8), st.data())
def test_a_sketch_depends_on_its_own_text_only(
    prompts: list[str | None], data: st.DataObject
) -> None:
    """Neither batches nor neighbours nor slices nor chunks change it."""
    together = sketch(*prompts)
    assert together == [sketch(prompt)[0] for prompt in prompts]
    cut = data.draw(st.integers(0, len(prompts)))
    assert together == sketch(*prompts[:cut]) + sketch(*prompts[cut:])
    sliced = pa.array(["in front", *prompts, "behind"], pa.string())
    sliced = sliced.slice(1, len(prompts))
    assert prompt_sketch(sliced).to_pylist() == together


@given(hostile)
def test_any_text_has_a_sketch(prompt: str) -> None:
    (found,) = sketch(prompt)
    assert found is not None
    assert found == sorted(set(found))


@pytest.mark.parametrize("unit", ["漢", "é", "😀", "\0", "a", "한 ", "\u0301", "漢a"])
@pytest.mark.parametrize("length", [2047, 2048, 2049, 5000])
def test_cuts_through_characters(unit: str, length: int) -> None:
    """The head and the tail are cut by bytes, which may be in mid-character."""
    (found,) = sketch(unit * length)
    assert found is not None


def test_a_cut_character_leaves_the_next_prompt_alone() -> None:
    """The head of the first ends within a character, the second begins with a word."""
    cut, other = "漢" * 1000, "abcd efgh ijkl mnop"
    assert sketch(cut, other) == [*sketch(cut), *sketch(other)]


def test_loops_compile_where_nothing_can_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])

    @compiled
    def doubled(value: int) -> int:
        return 2 * value

    assert doubled(21) == 42


# --- cluster_history -----------------------------------------------------------------

LINKS = pa.list_(
    pa.struct([(name, pa.int64()) for name in ("link_number", "one", "other")])
)
pairs = st.lists(
    st.tuples(st.integers(1, 25), st.integers(1, 25)).filter(lambda p: p[0] != p[1]),
    max_size=60,
)


def links_of(graph: list[Pair]) -> list[dict[str, int]]:
    return [
        {"link_number": number, "one": one, "other": other}
        for number, (one, other) in enumerate(graph, start=1)
    ]


def history(links: list[dict[str, int]]) -> list[Event]:
    events: list[Event] = cluster_history(pa.array([links], LINKS))[0].as_py()
    return events


def members(events: list[Event]) -> dict[int, set[int]]:
    """Accounts by the founding link of their cluster."""
    clusters: dict[int, set[int]] = {}
    for event in events:
        if event["kind"] == "member":
            clusters.setdefault(event["founding_link"], set()).add(
                event["account_number"]
            )
    return clusters


@given(pairs)
def test_clusters_are_the_connected_components(graph: list[Pair]) -> None:
    found = {
        frozenset(cluster) for cluster in members(history(links_of(graph))).values()
    }
    assert found == {frozenset(c) for c in nx.connected_components(nx.Graph(graph))}


@pytest.mark.parametrize("links", [200, 900, 2000, 9000])
def test_clusters_of_large_random_graphs(links: int) -> None:
    rng = np.random.default_rng(links)
    size = 2000
    one, other = rng.integers(0, size, (2, links))
    one, other = one[one != other], other[one != other]
    graph = coo_array((np.ones(len(one)), (one, other)), (size, size))
    _, labels = connected_components(graph, directed=False)
    pairs_of_it = list(zip((one + 1).tolist(), (other + 1).tolist(), strict=True))
    clusters = members(history(links_of(pairs_of_it)))
    label_sets = [{labels[a - 1] for a in accounts} for accounts in clusters.values()]
    assert all(len(labels_found) == 1 for labels_found in label_sets)
    assert len({min(found) for found in label_sets}) == len(clusters)
    linked = {*one.tolist(), *other.tolist()}
    assert sum(map(len, clusters.values())) == len(linked)


@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_count(graph: list[Pair], random: Any) -> None:
    links = links_of(graph)
    shuffled = [
        link | {"one": link["other"], "other": link["one"]} if random.random() < 0.5
        else link
        for link in random.sample(links, len(links))
    ]  # fmt: skip
    assert history(links) == history(shuffled)


@given(pairs)
def test_a_cluster_is_known_by_its_oldest_founding_link(graph: list[Pair]) -> None:
    events = history(links_of(graph))
    founded = [e["founding_link"] for e in events if e["kind"] == "founded"]
    merged = [e for e in events if e["kind"] == "merged"]
    for event in merged:
        assert event["founding_link"] < event["other_founding_link"]
        assert event["other_founding_link"] < event["link_number"]
    retired = {event["other_founding_link"] for event in merged}
    assert len(retired) == len(merged)
    assert members(events).keys() == set(founded) - retired
    for founding_link, accounts in members(events).items():
        assert set(graph[founding_link - 1]) <= accounts
        inside = [number for number in founded if graph[number - 1][0] in accounts]
        assert founding_link == min(inside)


@given(pairs, st.data())
def test_later_links_leave_the_past_alone(
    graph: list[Pair], data: st.DataObject
) -> None:
    """A prefix of the links has a prefix of the events; ids go by merges only."""
    cut = data.draw(st.integers(0, len(graph)))
    before, after = history(links_of(graph[:cut])), history(links_of(graph))
    past = [event for event in before if event["kind"] != "member"]
    assert [
        event
        for event in after
        if event["kind"] != "member" and event["link_number"] <= cut
    ] == past
    retired_later = {
        event["other_founding_link"]
        for event in after
        if event["kind"] == "merged" and event["link_number"] > cut
    }
    assert members(before).keys() - members(after).keys() == (
        members(before).keys() & retired_later
    )
    joined = {
        event["account_number"]: event["link_number"]
        for event in after
        if event["kind"] == "member"
    }
    for event in before:
        if event["kind"] == "member":
            assert joined[event["account_number"]] == event["link_number"]


def ids(graph: list[Pair], order: list[int] | None = None) -> dict[Pair, set[int]]:
    """Accounts by the founding pair, which a cluster's id is made of.

    `order` gives the place of each link in time; without it they come as listed.
    """
    timed = graph if order is None else [graph[place] for place in np.argsort(order)]
    return {
        (min(timed[founding - 1]), max(timed[founding - 1])): accounts
        for founding, accounts in members(history(links_of(timed))).items()
    }


simple_pairs = st.lists(
    st.tuples(st.integers(1, 25), st.integers(1, 25)).filter(lambda p: p[0] < p[1]),
    max_size=60,
    unique=True,
)


@given(pairs)
def test_every_linked_account_is_in_one_cluster_and_none_is_alone(
    graph: list[Pair],
) -> None:
    found = [account for accounts in ids(graph).values() for account in accounts]
    assert len(found) == len(set(found))
    assert set(found) == {account for pair in graph for account in pair}
    assert all(len(accounts) >= 2 for accounts in ids(graph).values())


@given(simple_pairs, st.data())
def test_a_link_told_again_later_changes_nothing(
    graph: list[Pair], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(graph))) if graph else []
    before, after = history(links_of(graph)), history(links_of(graph + again))
    assert before == after


@given(simple_pairs, st.permutations(range(1, 26)))
def test_ids_do_not_depend_on_how_accounts_are_numbered(
    graph: list[Pair], names: list[int]
) -> None:
    named = [(names[one - 1], names[other - 1]) for one, other in graph]
    expected = {
        tuple(sorted(names[account - 1] for account in pair)): {
            names[account - 1] for account in accounts
        }
        for pair, accounts in ids(graph).items()
    }
    assert ids(named) == expected


@given(simple_pairs, st.data())
def test_an_id_lasts_as_long_as_its_founding_link(
    graph: list[Pair], data: st.DataObject
) -> None:
    """Other links and whole accounts may be lost: who founded the cluster stays."""
    kept_pair = data.draw(st.sampled_from(sorted(ids(graph)))) if graph else None
    lost = data.draw(st.sets(st.integers(1, 25)))
    fewer = [pair for pair in graph if pair == kept_pair or lost.isdisjoint(pair)]
    dropped = data.draw(st.sets(st.sampled_from(fewer))) if fewer else set()
    fewer = [pair for pair in fewer if pair == kept_pair or pair not in dropped]
    assert kept_pair is None or ids(fewer)[kept_pair] <= ids(graph)[kept_pair]


@given(simple_pairs, simple_pairs, st.data())
def test_after_late_links_the_founders_of_an_id_are_still_together(
    graph: list[Pair], late: list[Pair], data: st.DataObject
) -> None:
    """Links that turn up later with an earlier time may take an id away without a
    merge, for then it was never given. Its two founders lead to the cluster."""
    late = [pair for pair in late if pair not in graph]
    before = ids(graph)
    places = [*range(0, 2 * len(graph), 2)]
    odd = st.integers(-1, 2 * len(graph)).filter(lambda place: place % 2)
    places += [data.draw(odd) for _ in late]
    after = ids([*graph, *late], places)
    homes = {account: pair for pair, accounts in after.items() for account in accounts}
    for (one, other), accounts in before.items():
        assert len({homes[account] for account in accounts}) == 1
        assert homes[one] == homes[other]
        if (one, other) not in after:
            place = dict(zip([*graph, *late], places, strict=True))
            assert place[homes[one]] < place[one, other]


def test_a_chain_of_merges() -> None:
    graph = [(1, 2), (3, 4), (5, 6), (4, 5), (6, 1), (1, 3)]
    events = [
        (e["kind"], e["founding_link"], e["other_founding_link"], e["link_number"])
        for e in history(links_of(graph))
        if e["kind"] != "member"
    ]
    assert events == [
        ("founded", 1, None, 1),
        ("founded", 2, None, 2),
        ("founded", 3, None, 3),
        ("merged", 2, 3, 4),
        ("merged", 1, 2, 5),
    ]


def test_rows_of_links_are_apart_from_each_other() -> None:
    rows = [links_of([(1, 2)]), None, [], links_of([(1, 2), (2, 3)])]
    found = cluster_history(pa.array(rows, LINKS)).to_pylist()
    assert found == [history(rows[0] or []), None, [], history(rows[3] or [])]


def test_a_slice_of_rows() -> None:
    rows = pa.array([links_of([(7, 8)]), links_of([(1, 2), (2, 3)])], LINKS)
    assert cluster_history(rows.slice(1)).to_pylist() == [
        cluster_history(rows).to_pylist()[1]
    ]


def test_long_chains_need_no_recursion() -> None:
    events = history(links_of([(n, n + 1) for n in range(1, 20_000)]))
    assert len(members(events)[1]) == 20_000


# --- link_communities ----------------------------------------------------------------

TIES = pa.list_(
    pa.struct(
        [("one", pa.int64()), ("other", pa.int64()), ("weight", pa.float64())],
    )
)
Ties = dict[Pair, float]
ties_of_accounts = st.dictionaries(
    st.tuples(st.integers(1, 25), st.integers(1, 25)).filter(lambda p: p[0] < p[1]),
    st.floats(0.01, 1.0),
    max_size=60,
)


def communities(ties: Ties) -> dict[int, int]:
    """Account number to community."""
    rows = [
        {"one": one, "other": other, "weight": weight}
        for (one, other), weight in ties.items()
    ]
    found = link_communities(pa.array([rows], TIES))[0].as_py()
    return {member["account_number"]: member["community"] for member in found}


def clique(numbers: range) -> Ties:
    return dict.fromkeys(combinations(numbers, 2), 1.0)


@given(ties_of_accounts, st.randoms(use_true_random=False))
def test_communities_do_not_depend_on_the_order_of_ties(
    ties: Ties, random: Random
) -> None:
    shuffled = list(ties.items())
    random.shuffle(shuffled)
    assert communities(dict(shuffled)) == communities(ties)


@given(ties_of_accounts)
def test_a_community_lies_within_a_component_and_has_its_smallest_number(
    ties: Ties,
) -> None:
    found = communities(ties)
    components = list(nx.connected_components(nx.Graph(ties.keys())))
    assert found.keys() == set().union(*components)
    for component in components:
        assert {found[account] for account in component} <= component
    for community in set(found.values()):
        assert community == min(a for a, named in found.items() if named == community)


@pytest.mark.parametrize("size", [5, 12, 60])
def test_two_cliques_are_cut_at_the_bridge_between_them(size: int) -> None:
    first, second = range(1, size + 1), range(size + 1, 2 * size + 1)
    ties = clique(first) | clique(second) | {(size, size + 1): 1.0}
    assert communities(ties) == dict.fromkeys(first, 1) | dict.fromkeys(
        second, size + 1
    )


@pytest.mark.parametrize("size", [2, 3, 40, 200])
def test_a_clique_is_one_community(size: int) -> None:
    numbers = range(1, size + 1)
    assert communities(clique(numbers)) == dict.fromkeys(numbers, 1)


def test_a_long_chain_of_overlapping_cliques_is_not_shattered() -> None:
    accounts, neighbours = 2000, 24
    ties = {
        (one, other): 1.0
        for one in range(1, accounts + 1)
        for other in range(one + 1, min(one + neighbours, accounts) + 1)
    }
    sizes = Counter(communities(ties).values())
    assert min(sizes.values()) >= 5 * neighbours, sizes


def test_rounds_of_communities_come_to_an_end() -> None:
    # igraph's own repetition goes round for ever among partitions of these
    light = [(0, 1), (1, 9), (1, 10), (3, 11), (5, 6), (6, 10), (7, 10)]
    ties = dict.fromkeys(light, 0.1)
    ties |= dict.fromkeys([(0, 5), (1, 2), (8, 10)], 1.0)
    ties |= dict.fromkeys([(4, 10), (5, 11)], 7.5)
    assert communities(ties).keys() == set(range(12))


def test_no_ties_and_null_have_no_communities() -> None:
    assert link_communities(pa.array([None, []], TIES)).to_pylist() == [None, []]


# --- common_skeleton -----------------------------------------------------------------


def skeleton(prompts: list[str] | None) -> str | None:
    found: str | None = common_skeleton(pa.array([prompts], pa.list_(pa.string())))[
        0
    ].as_py()
    return found


@pytest.mark.parametrize(
    ("prompts", "found"),
    [
        (None, None),
        ([], None),
        (["only one prompt"], None),
        (["only one prompt", "only one prompt"], None),
        (["a b", "c d"], None),
        (["grade x now", "grade y now"], "grade <*> now"),
        (["grade x y z now", "grade w now"], "grade <*> now"),
        (["so b", "so c", "so d"], "so <*>"),
    ],
)
def test_skeletons(prompts: list[str] | None, found: str | None) -> None:
    assert skeleton(prompts) == found


@given(st.lists(hostile, max_size=5), st.randoms(use_true_random=False))
def test_a_skeleton_does_not_depend_on_the_order(
    prompts: list[str], random: Any
) -> None:
    found = skeleton(prompts)
    assert found == skeleton(random.sample(prompts, len(prompts)))
    for word in (found or "").split():
        assert word == "<*>" or all(word in prompt.split() for prompt in prompts)
