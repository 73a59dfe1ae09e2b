"""The labelled worlds are what the other tests, benchmarks and weights rest on."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tests.worlds.config import Campaign, Phase, WorldConfig
from tests.worlds.personas import PERSONAS
from tests.worlds.presets import PRESETS, ladder, world_config
from tests.worlds.profile import profile, table
from tests.worlds.text import contents, first_words, vocabulary
from tests.worlds.vocabulary import REGISTERS
from tests.worlds.world import World, generate
from tests.worlds.writing import write

CONTRACT = {
    **dict.fromkeys(("request_id", "account_id", "organization_id"), pa.string()),
    **dict.fromkeys(("api_key_id", "client_session_id"), pa.string()),
    **dict.fromkeys(("client_device_id", "access_channel", "model"), pa.string()),
    **dict.fromkeys(("client_ip", "client_country", "user_agent"), pa.string()),
    **dict.fromkeys(("tls_fingerprint", "system_prompt", "prompt"), pa.string()),
    "requested_at": pa.timestamp("us"),
    "tool_names": pa.list_(pa.string()),
    **dict.fromkeys(("client_asn", "message_count", "input_tokens"), pa.int64()),
    **dict.fromkeys(("cached_input_tokens", "output_tokens"), pa.int64()),
    **dict.fromkeys(("reasoning_tokens", "max_output_tokens"), pa.int64()),
    "temperature": pa.float64(),
    "is_streaming": pa.bool_(),
    **dict.fromkeys(("status_code", "latency_ms"), pa.int64()),
    "stop_reason": pa.string(),
}
SECRETIVE = WorldConfig(
    seed=5,
    population=120,
    days=12,
    volume=0.2,
    campaigns=(
        Campaign("fir", 5, 20, 1600, ("safe_rewriting", "benchmark"), ban_rate=0.2),
        Campaign("gum", 0, 10, 900, ("coding",), ban_rate=0.0, pivots=True),
    ),
)
# Large enough for figures by persona.
STEADY = WorldConfig(
    seed=3,
    population=1600,
    days=24,
    volume=0.6,
    campaigns=(
        Campaign(
            "holm",
            0,
            40,
            3200,
            ("coding",),
            ban_rate=0.0,
            days=14,
            ramp_hours=8,
            in_jobs=False,
        ),
        Campaign(
            "iris",
            3,
            40,
            2400,
            ("plain_instructions",),
            ramp_hours=8,
            in_jobs=False,
            cover="products",
            days=15,
        ),
        Campaign(
            "jute",
            5,
            40,
            2400,
            ("data_analysis",),
            ramp_hours=8,
            in_jobs=False,
            cover="products",
            start_day=5,
        ),
    ),
)
CONFIGS = {"secretive": SECRETIVE, "steady": STEADY}


@cache
def world_of(name: str) -> World:
    return generate(CONFIGS.get(name) or PRESETS[name])


@cache
def profile_of(name: str) -> dict[str, dict[str, Any]]:
    """The profile of a world by persona or campaign."""
    with TemporaryDirectory() as folder:
        write(world_of(name), Path(folder))
        rows = profile(Path(folder))
        return {row["class"]: row for row in rows.to_arrow_table().to_pylist()}


def query(sql: str, name: str = "small") -> list[tuple[object, ...]]:
    """Run SQL over the tables of a world."""
    world = world_of(name)
    with duckdb.connect() as connection:
        for table, rows in {
            "api_requests": world.api_requests,
            "accounts": world.accounts,
            "events": world.enforcement_events,
            "truth_accounts": world.truth_accounts,
            "truth_requests": world.truth_requests,
            "model_releases": world.model_releases,
        }.items():
            connection.register(table, rows)
        return connection.sql(sql).fetchall()


def number(sql: str, name: str = "small") -> float:
    """The one number that a query gives."""
    ((value,),) = query(sql, name)
    return float(str(value))


def test_same_configuration_gives_the_same_tables() -> None:
    first, again = world_of("small"), generate(PRESETS["small"])
    for name in ("api_requests", "accounts", "enforcement_events", "truth_accounts"):
        assert getattr(first, name).equals(getattr(again, name)), name
    assert first.truth_requests.equals(again.truth_requests)


def test_batches_do_not_change_the_rows() -> None:
    world = world_of("small")
    parts = pa.concat_tables(world.request_batches(rows=1234))
    assert parts.combine_chunks().equals(world.api_requests.combine_chunks())


def campaign_wordings(world: World) -> set[tuple[str, ...]]:
    used = set(world.requests.skeleton[world.requests.is_extraction].tolist())
    return {world.renderer.skeletons[place].parts for place in used}


def test_campaign_wordings_differ_between_seeds() -> None:
    other = generate(replace(PRESETS["small"], seed=2))
    assert campaign_wordings(world_of("small")).isdisjoint(campaign_wordings(other))


def test_tables_follow_the_contract_and_the_truth_covers_them() -> None:
    world = world_of("small")
    schema = world.api_requests.schema
    assert dict(zip(schema.names, schema.types, strict=True)) == CONTRACT
    assert world.truth_requests.num_rows == world.api_requests.num_rows
    assert number("select count(distinct request_id) from api_requests") == len(
        world.requests
    )
    assert not query(
        """
        (select request_id, account_id from api_requests)
        except
        (select request_id, account_id from truth_requests)
        """
    )
    assert not query(
        """
        select account_id from api_requests
        full join truth_accounts using (account_id)
        group by account_id
        having count(request_id) = 0 or count(persona) = 0
        """
    )
    assert not query(
        """
        select request_id from truth_requests
        inner join api_requests using (request_id)
        where has_text != (prompt is not null)
        """
    )
    assert not query(
        """
        select account_id from truth_accounts
        where is_extraction != (level is not null)
            or (successor_of is not null and successor_of not in (
                select account_id from truth_accounts
            ))
        """
    )


@pytest.mark.parametrize("name", ["small", "secretive"])
def test_nothing_is_asked_twice_in_a_pool_but_what_failed(name: str) -> None:
    world = world_of(name)
    requests = world.requests
    extraction = requests.is_extraction
    failed = world.outcomes.status != 200
    asked = requests.content[extraction & ~failed]
    assert len(asked) > 1000
    assert len(set(asked.tolist())) > 0.97 * len(asked)
    again = query(
        """
        select prompt from api_requests
        inner join truth_requests using (request_id, account_id)
        inner join truth_accounts using (account_id)
        where truth_requests.is_extraction and prompt is not null
        group by group_id, prompt
        having count(*) > 2
            or (count(*) = 2 and count_if(status_code != 200) != 1)
        """,
        name,
    )
    assert not again


def test_what_failed_goes_to_another_head_where_there_is_a_dispatcher() -> None:
    moved = query(
        """
        with asked as (
            select group_id, prompt, count(distinct account_id) as accounts
            from api_requests
            inner join truth_requests using (request_id, account_id)
            inner join truth_accounts using (account_id)
            where truth_requests.is_extraction and prompt is not null
            group by group_id, prompt
            having count(*) = 2
        )
        select group_id, avg(accounts - 1) >= 0.5, max(accounts) > 1
        from asked
        group by group_id
        order by group_id
        """
    )
    assert moved == [("amber", True, True), ("birch", False, False)]


def test_every_persona_is_in_the_smallest_world() -> None:
    seen = {row[0] for row in query("select distinct persona from truth_accounts")}
    assert seen == {persona.name for persona in PERSONAS} | {"extraction"}


@pytest.mark.parametrize(
    ("case", "at_least"),
    [
        # strangers behind one address
        (
            """
            select max(accounts) from (
                select count(distinct payment_fingerprint) as accounts
                from api_requests
                inner join truth_accounts using (account_id)
                inner join accounts using (account_id)
                where persona in ('quiet', 'individual', 'vpn_user')
                group by client_ip
            )
            """,
            3,
        ),
        # the constant device id of a framework
        (
            """
            select count(distinct account_id) from api_requests
            where client_device_id = 'default-user'
            """,
            3,
        ),
        # one client's system prompt
        (
            """
            select max(accounts) from (
                select count(distinct account_id) as accounts from api_requests
                inner join truth_accounts using (account_id)
                where persona in ('coding_agent', 'framework_user')
                group by system_prompt having system_prompt is not null
            )
            """,
            3,
        ),
        # the same homework
        (
            """
            select max(accounts) from (
                select count(distinct account_id) as accounts from api_requests
                inner join truth_accounts using (account_id)
                where persona = 'campus' and length(prompt) > 40
                group by prompt
            )
            """,
            3,
        ),
        # one payer for many
        (
            """
            select max(accounts) from (
                select count(*) as accounts from accounts
                inner join truth_accounts using (account_id)
                where persona in ('company_staff', 'batch_company')
                group by payment_fingerprint having payment_fingerprint is not null
            )
            """,
            4,
        ),
        # many end users behind one account
        (
            """
            select max(devices) from (
                select count(distinct client_device_id) as devices from api_requests
                inner join truth_accounts using (account_id)
                where persona in ('app_builder', 'licensed_gateway', 'tutor_product')
                group by account_id
            )
            """,
            20,
        ),
        # keys that their owners rotate
        (
            """
            select max(keys) from (
                select count(distinct api_key_id) as keys from api_requests
                inner join truth_accounts using (account_id)
                where persona = 'key_rotator'
                group by account_id
            )
            """,
            2,
        ),
        # people who moved, one of them after a ban in error
        (
            """
            select count(*) from truth_accounts as heir
            inner join events on heir.successor_of = events.account_id
            where not heir.is_extraction and action = 'banned'
            """,
            1,
        ),
        # long conversations
        ("select max(message_count) from api_requests", 21),
    ],
)
def test_hard_case_is_there(case: str, at_least: int) -> None:
    assert number(case) >= at_least


def test_hackathon_accounts_are_born_within_two_hours() -> None:
    spans = query(
        """
        select max(created_at) - min(created_at) <= interval 2 hours, count(*) > 3
        from accounts
        inner join truth_accounts using (account_id)
        where persona = 'hackathon'
        group by group_id
        """
    )
    assert spans == [(True, True)] * len(spans) != []


def test_text_is_missing_as_often_as_it_should() -> None:
    missing = "select avg((prompt is null)::int) from api_requests"
    assert 0.4 < number(missing, "steady") < 0.75
    third_party = "access_channel in ('bedrock', 'vertex', 'azure')"
    assert not query(
        f"select 1 from api_requests where {third_party} and prompt is not null"
    )
    for side in ("true", "false"):
        share = number(
            f"""
            select avg(has_text::int) from truth_requests where is_extraction = {side}
            """
        )
        assert 0.2 < share < 0.8


def test_heads_are_replaced_after_their_ban_and_not_before() -> None:
    rows = query(
        """
        select
            count(*),
            count_if(events.action = 'banned'),
            count_if(first_request.at >= events.occurred_at)
        from truth_accounts as heir
        left join events on heir.successor_of = events.account_id
        left join (
            select account_id, min(requested_at) as at
            from api_requests group by account_id
        ) as first_request on heir.account_id = first_request.account_id
        where heir.is_extraction and heir.successor_of is not null
        """,
        "secretive",
    )
    ((heirs, banned, later),) = rows
    assert isinstance(heirs, int)
    assert heirs >= 3
    assert heirs == banned == later


def test_nobody_asks_after_the_end_of_an_account() -> None:
    late = """
        select count(*) from api_requests
        inner join events using (account_id)
        where action in ('banned', 'closed_by_owner', 'payment_failed', 'suspended')
            and requested_at > occurred_at
    """
    assert number(late) == 0
    assert number(late, "secretive") == 0


def test_level_sets_what_heads_share() -> None:
    shared = """
        select count(distinct {thing}) / count(distinct account_id)
        from api_requests
        inner join accounts using (account_id)
        inner join truth_accounts using (account_id)
        where level = {level}
    """
    for thing in ("client_ip", "payment_fingerprint"):
        open_share = number(shared.format(thing=thing, level=0), "secretive")
        hidden_share = number(shared.format(thing=thing, level=5), "secretive")
        assert 2 * open_share < hidden_share, thing
    programs = "select count(distinct user_agent) from ({rows})"
    rows = """
        select user_agent from api_requests
        inner join truth_accounts using (account_id)
        where level = {}
    """
    assert number(programs.format(rows=rows.format(0)), "secretive") == 1
    assert number(programs.format(rows=rows.format(5)), "secretive") > 4


def test_heads_begin_together_share_equally_and_stop_when_the_work_is_done() -> None:
    for group in ("level 0 holm", "level 3 iris", "level 5 jute"):
        assert profile_of("steady")[group]["start_hours"] < 30, group
    low, _, high = profile_of("steady")["level 0 holm"]["extraction"]
    assert high < 1.4 * low
    last = """
        select max(date_diff('hour', timestamp '2026-03-02', requested_at)) / 24
        from api_requests
        inner join truth_requests using (request_id, account_id)
        inner join truth_accounts using (account_id)
        where group_id = 'iris' and truth_requests.is_extraction = {}
    """
    assert number(last.format(True), "steady") < 16.2
    assert number(last.format(False), "steady") > 20


def test_products_and_what_hides_a_campaign_have_one_rhythm_and_people_another() -> (
    None
):
    rows = profile_of("steady")
    product, person = rows["app_builder"], rows["individual"]
    for cover in ("level 3 iris", "level 5 jute"):
        assert 0.8 < rows[cover]["gap_variation"][1] < 1.8, cover
        assert rows[cover]["gaps_below_5_min"] < 0.15, cover
        low, _, high = rows[cover]["innocent"]
        assert high - low > 0.2, cover
    assert rows["level 0 holm"]["gap_variation"][1] < 1.0
    assert 0.8 < product["gap_variation"][1] < 1.6
    assert product["gaps_below_5_min"] < 0.15
    assert person["gap_variation"][1] > 1.9
    assert person["gaps_below_5_min"] > 0.5
    assert product["active_days"][1] > 0.8 > 0.6 > person["active_days"][1]
    assert product["sd_log_input"] < 0.7 < 1.0 < person["sd_log_input"]


def test_products_begin_at_any_time_and_cohorts_on_one_day() -> None:
    begin = """
        with starts as (
            select persona, min(requested_at) as began_at
            from api_requests inner join truth_accounts using (account_id)
            group by persona, account_id
        )
        select quantile_cont(epoch(began_at), 0.8) - quantile_cont(epoch(began_at), 0.1)
        from starts where persona = '{}'
    """
    assert number(begin.format("app_builder"), "steady") > 10 * 86400
    # The small world has one cohort of each.
    for persona in ("launch_product", "launch_person", "onboarding"):
        assert number(begin.format(persona)) < 86400, persona


@pytest.mark.parametrize("hands_on", [True, False])
def test_heirs_have_what_came_before_them_or_nothing(hands_on: bool) -> None:
    campaign = replace(
        SECRETIVE.campaigns[0], level=3, hands_on=hands_on, requests=3000, ban_rate=0.3
    )
    world = generate(replace(SECRETIVE, campaigns=(campaign,)))
    rows = world.requests.take(world.requests.is_extraction)
    seen = dict(zip(rows.account.tolist(), rows.client.tolist(), strict=True))
    exits: dict[int, set[int]] = {}
    for account, ip in zip(rows.account.tolist(), rows.ip.tolist(), strict=True):
        exits.setdefault(account, set()).add(ip)
    ids = world.accounts.column("account_id").to_pylist()
    place = {name: number for number, name in enumerate(ids)}
    pairs = [
        (place[row["account_id"]], place[row["successor_of"]])
        for row in world.truth_accounts.to_pylist()
        if row["is_extraction"] and row["successor_of"] is not None
    ]
    pairs = [(heir, old) for heir, old in pairs if heir in seen and old in seen]
    assert len(pairs) > 20
    clients = np.mean([seen[heir] == seen[old] for heir, old in pairs])
    same_exits = np.mean([bool(exits[heir] & exits[old]) for heir, old in pairs])
    assert bool(clients > 0.7) == hands_on
    assert bool(same_exits > 0.3) == hands_on


def test_sorted_lists_begin_with_the_words_they_are_sorted_by() -> None:
    numbers = np.arange(50, dtype=np.uint64) * np.uint64(977)
    register = REGISTERS.index("instruction")
    ones = np.ones(50, dtype=np.int64)
    texts = contents(7, numbers, 0 * ones, ones, register * ones, ones).to_pylist()
    firsts = vocabulary(7).words.take(pa.array(first_words(7, numbers, register)))
    assert [text.split()[0] for text in texts] == [
        w.strip() for w in firsts.to_pylist()
    ]


def test_seeds_of_a_varied_preset_give_different_campaigns() -> None:
    first, again = world_config("calibration", 7), world_config("calibration", 7)
    other, judged = world_config("calibration", 8), world_config("judgement", 7)
    assert first == again
    for place, one in enumerate(first.campaigns):
        assert one.level == other.campaigns[place].level
        assert one.accounts != other.campaigns[place].accounts
        assert one.requests not in [campaign.requests for campaign in judged.campaigns]
        assert 30 <= one.accounts <= 140
        assert 20 <= one.requests / one.accounts <= 130
        assert one.start_day + (one.days or 0) <= first.days
    assert {one.level for one in first.campaigns} == {0, 1, 2, 3, 5}
    assert ("plain_instructions",) in [one.capabilities for one in first.campaigns]
    assert world_config("small", 7) == replace(PRESETS["small"], seed=7)


def test_ladder_has_one_campaign_per_rung() -> None:
    rungs = [(0, 0.0, 10), (3, 0.5, 12), (5, 0.9, 14)]
    config = ladder(rungs, seed=2, population=100, days=10)
    found = [(one.level, one.mix_share, one.accounts) for one in config.campaigns]
    assert found == rungs
    starts = [one.start_day for one in config.campaigns]
    assert starts == sorted(set(starts))
    groups = generate(config).truth_accounts.column("group_id").to_pylist()
    assert {one.name for one in config.campaigns} <= set(groups)


def test_profile_is_printed_with_a_row_per_class(tmp_path: Path) -> None:
    write(world_of("small"), tmp_path)
    lines = table(profile(tmp_path)).splitlines()
    classes = number(
        """
        select count(distinct coalesce(level || group_id, persona))
        from truth_accounts
        """
    )
    assert len(lines) == 2 + classes
    assert len({line.count("|") for line in lines}) == 1


def test_a_pivoting_campaign_moves_half_of_its_traffic_within_a_day() -> None:
    share = """
        select avg((api_requests.model = 'meridian-3')::int)
        from api_requests
        inner join truth_requests using (request_id, account_id)
        inner join truth_accounts using (account_id)
        where {who} and requested_at > (
            select max(released_at) + interval 20 hours from model_releases
        )
    """
    assert number(share.format(who="pivots"), "secretive") > 0.4
    assert (
        number(share.format(who="not truth_accounts.is_extraction"), "secretive") < 0.4
    )
    before = """
        select count(*) from api_requests inner join model_releases using (model)
        where requested_at < released_at
    """
    assert number(before, "secretive") == 0


def test_a_phase_changes_volume_capability_and_channel_on_its_day() -> None:
    phase = Phase(5, capabilities=("coding",), volume=3, channel="vertex")
    campaign = Campaign(
        "amber", 1, 10, 3000, ("rubric_grading",), text_share=1.0, phase=phase
    )
    world = generate(WorldConfig(population=100, days=12, campaigns=(campaign,)))
    templates = """
        select
            requested_at >= timestamp '2026-03-08' as is_late,
            array_agg(distinct template_id) as templates,
            avg((access_channel = 'vertex')::int) as vertex_share,
            count(*) as requests
        from requests
        inner join truth using (request_id)
        where is_extraction
        group by is_late
        order by is_late
    """
    with duckdb.connect() as connection:
        connection.register("requests", world.api_requests)
        connection.register("truth", world.truth_requests)
        early, late = connection.execute(templates).fetchall()
    assert not set(filter(None, early[1])) & set(filter(None, late[1]))
    assert early[2] < 0.5
    assert late[2] == 1
    # five days of ramp and work before, six days at three times the pace after
    assert 2.5 < late[3] / early[3] < 8


def test_mixing_share_is_met() -> None:
    share = """
        select avg(truth_requests.is_extraction::int) from truth_requests
        inner join truth_accounts using (account_id)
        where level = 5
    """
    assert 0.17 < number(share, "secretive") < 0.33


def test_formats_carry_the_same_information(tmp_path: Path) -> None:
    world = world_of("secretive")
    write(world, tmp_path / "litellm", "litellm", "parquet")
    write(world, tmp_path / "otel_genai", "otel_genai", "jsonl")
    native = query("select * exclude (prompt) from api_requests", "secretive")
    columns = [name for name in world.api_requests.schema.names if name != "prompt"]
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        litellm = connection.sql(
            f"""
            select request_id, startTime, "user", organization_id, api_key, session_id,
                metadata::json ->> '$.spend_logs_metadata.client_device_id',
                metadata::json ->> '$.spend_logs_metadata.access_channel',
                model, requester_ip_address,
                (metadata::json ->> '$.spend_logs_metadata.client_asn')::bigint,
                metadata::json ->> '$.spend_logs_metadata.client_country',
                metadata::json ->> '$.user_agent',
                metadata::json ->> '$.spend_logs_metadata.tls_fingerprint',
                messages::json ->> '$[0].content'
            from '{tmp_path}/litellm/logs/spend_logs.parquet'
            """
        ).fetchall()
    place = columns.index("system_prompt")
    assert [row[:place] for row in native] == [row[:place] for row in litellm]
    spans = [
        json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
        for line in (tmp_path / "otel_genai/logs/api_requests.jsonl").open()
    ]
    attributes = [
        {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}
        for span in spans
    ]
    assert [one["extraction_watch.request_id"] for one in attributes] == [
        row[0] for row in native
    ]
    accounts = [one.get("user.id", one.get("enduser.id")) for one in attributes]
    assert accounts == [row[columns.index("account_id")] for row in native]
    assert {"user.id", "enduser.id"} <= {key for one in attributes for key in one}


def test_json_formats_carry_texts_and_counts(tmp_path: Path) -> None:
    world = world_of("secretive")
    write(world, tmp_path / "litellm", "litellm", "jsonl")
    write(world, tmp_path / "otel", "otel_genai", "jsonl")
    rows = world.api_requests.to_pylist()
    lines = (tmp_path / "litellm/logs/spend_logs.jsonl").read_text().splitlines()
    spans = (tmp_path / "otel/logs/api_requests.jsonl").read_text().splitlines()
    assert len(rows) == len(lines) == len(spans)
    for row, line, span in list(zip(rows, lines, spans, strict=True))[::7]:
        spend = json.loads(line)
        messages = json.loads(spend["messages"])
        metadata = json.loads(spend["metadata"])["spend_logs_metadata"]
        asked = json.loads(spend["proxy_server_request"])
        listed = json.loads(span)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
        attributes = {
            one["key"]: next(iter(one["value"].values()))
            for one in listed["attributes"]
        }
        if row["prompt"] is None:
            assert messages == {}
            assert metadata["message_count"] == row["message_count"]
            assert not {"gen_ai.input.messages", "gen_ai.prompt"} & set(attributes)
        else:
            said = [one for one in messages if one["role"] != "system"]
            system = [one["content"] for one in messages if one["role"] == "system"]
            assert said[-1]["content"] == row["prompt"]
            assert len(said) == row["message_count"]
            assert system == [row["system_prompt"]] * (row["system_prompt"] is not None)
            if "gen_ai.prompt" in attributes:
                last = json.loads(attributes["gen_ai.prompt"])[-1]
            else:
                last = json.loads(attributes["gen_ai.input.messages"])[-1]["parts"][0]
            assert last["content"] == row["prompt"]
        tools = [one["function"]["name"] for one in asked.get("tools", [])]
        assert tools == (row["tool_names"] or [])
        assert asked.get("temperature") == row["temperature"]
        assert asked.get("max_tokens") == row["max_output_tokens"]
        assert asked.get("stream") == row["is_streaming"]
        assert attributes.get("gen_ai.request.temperature") == row["temperature"]
        assert int(attributes["extraction_watch.message_count"]) == row["message_count"]
        started, ended = listed["startTimeUnixNano"], listed["endTimeUnixNano"]
        assert int(ended) - int(started) == row["latency_ms"] * 1_000_000


def test_days_are_files(tmp_path: Path) -> None:
    world = world_of("small")
    write(world, tmp_path, file_type="parquet", split_days=True)
    files = sorted((tmp_path / "logs/api_requests").iterdir())
    assert len(files) == PRESETS["small"].days
    with duckdb.connect() as connection:
        ((rows, strays),) = connection.sql(
            f"""
            select
                count(*),
                count_if(strftime(requested_at, '%Y-%m-%d') || '.parquet'
                    != parse_filename(filename))
            from read_parquet('{tmp_path}/logs/api_requests/*', filename = true)
            """
        ).fetchall()
    assert (rows, strays) == (len(world.requests), 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": 6},
        {"capabilities": ("chess",)},
        {"accounts": 1},
        {"hours": "never"},
        {"phase": Phase(1, capabilities=("chess",))},
    ],
)
def test_wrong_campaigns_are_refused(wrong: dict[str, object]) -> None:
    right = {"name": "amber", "level": 0, "accounts": 5, "requests": 50}
    with pytest.raises(ValueError, match="amber"):
        Campaign(**{"capabilities": ("coding",), **right, **wrong})  # type: ignore[arg-type]
