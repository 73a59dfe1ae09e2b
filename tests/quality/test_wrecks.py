"""Wrecked inputs are found and stop or are left out; odd healthy ones do neither."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.quality.played_world import PlayedWorld, is_right, judged
from tests.quality.wrecks import HEALTHY, WRECKS, Case
from tests.worlds.presets import world_config

CASES = {case.name: case for case in (*WRECKS, *HEALTHY)}
PLAYED = (
    "device id constant",
    "user agent constant",
    "prompts redacted to one text",
    "device id null",
    "half of the rows lost",
    "the day before lost altogether",
    "half of the rows lost, where accounts send about once a day",
    "half of the rows lost, with the provider's totals",
    "account id constant",
    "six rows of ten rejected",
    "clocks of a twentieth of the rows three days ahead",
    "as generated",
    "a log of one day",
    "ends at 01:00",
    "accounts send about once a day",
    "half of the accounts are banned",
    "twice the accounts overnight",
    "a holiday: as the Sunday before",
    "a file delivered twice",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedWorld]:
    """Two and a half weeks of 600 accounts, of which the last day is wrecked."""
    config = replace(world_config("small", 3), population=600, days=18)
    played = PlayedWorld(config, tmp_path_factory.mktemp("world"))
    yield played
    played.replay.connection.close()


@pytest.mark.parametrize("name", PLAYED)
def test_a_case_ends_as_it_should(world: PlayedWorld, name: str) -> None:
    outcome = judged(world, CASES[name], with_ties=False)
    assert is_right(CASES[name], outcome), outcome


def test_an_accepted_day_stops_nothing_and_is_used_as_it_is(world: PlayedWorld) -> None:
    models, world.quality_models = world.quality_models, world.models_if_accepted
    try:
        lost = judged(world, CASES["half of the rows lost"], with_ties=False)
        same = judged(world, CASES["device id constant"], with_ties=False)
    finally:
        world.quality_models = models
    assert "missing_traffic" in lost.found
    assert not lost.stops
    assert "same_client_device_id" in same.found
    assert not same.neutralised


def test_what_is_neutralised_is_missing_and_scores_say_so(world: PlayedWorld) -> None:
    world.play(CASES["device id constant"], with_clusters=True)
    read = world.replay.connection.execute
    by_day = read(
        "select requested_date = $day, count(client_device_id) > 0 from requests "
        "group by all order by all",
        {"day": world.last_day},
    ).fetchall()
    assert by_day == [(False, True), (True, False)]
    reasons = read(
        "select entity_type, min(quality_reason) from entity_quality "
        "where quality_verdict = 'degraded' group by all order by all"
    ).fetchall()
    assert {"account", "session"} <= {kind for kind, _ in reasons}
    for _, reason in reasons:
        assert reason.endswith(
            " of its requests fell on days with: client_device_id the same for "
            f"everybody, not used on {world.last_day}"
        )


def test_missing_evidence_concerns_only_whom_it_could_tell_of(
    world: PlayedWorld,
) -> None:
    some = "substr(md5(account_id), 1, 1) < 'c'"
    lacking = Case(
        "device id null for some",
        (
            "update staged_requests set client_device_id = null"
            f" where date_of(requested_at) = $day and {some}",
        ),
    )
    world.play(lacking, with_clusters=True)
    ((others,),) = world.replay.connection.execute(
        "select count(*) from entity_quality inner join "
        "(select account_id from account_day_values where quality_date = $day"
        " group by all having min(client_device_id__filled = requests)) as complete"
        " on entity_quality.entity_id = complete.account_id",
        {"day": world.last_day},
    ).fetchall()
    assert others == 0
